"""API Gateway's data plane for WebSocket APIs: connections, routes and `@connections`."""
