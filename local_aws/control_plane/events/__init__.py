"""EventBridge with functions as targets of rules, and schedules."""
