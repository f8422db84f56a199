"""What no laptop can measure, computed: broadcasts to millions, the quotas in their way, bills."""
