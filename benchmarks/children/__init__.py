"""Programs that are measured, each in a process of its own; they print what they found as JSON."""
