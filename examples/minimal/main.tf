# The whole of it: an echo API at a wss:// address.
module "websocket" {
  source = "../../infra"
}

output "websocket_url" {
  description = "Address to which WebSocket clients connect."
  value       = module.websocket.websocket_url
}
