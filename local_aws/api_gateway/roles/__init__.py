"""The roles in whose name API Gateway calls other services."""
