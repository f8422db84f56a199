"""The AWS APIs of the local AWS: moto's server, extended where a WebSocket API needs more."""
