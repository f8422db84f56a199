"""What API Gateway tells of its events: access logs, execution logs and metrics."""
