"""An AWS on 127.0.0.1 that runs any Terraform root with a WebSocket API in it."""
