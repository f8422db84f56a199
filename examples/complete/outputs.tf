output "websocket_url" {
  description = "Address to which WebSocket clients connect."
  value       = module.websocket.websocket_url
}

output "management_endpoint" {
  description = "Endpoint of the @connections API."
  value       = module.websocket.management_endpoint
}

output "api_key_values" {
  description = "Values of the API keys, by name."
  value       = module.websocket.api_key_values
  sensitive   = true
}

output "records_queue_url" {
  description = "Queue of what is said and reported."
  value       = aws_sqs_queue.records.url
}

output "stream_arn" {
  description = "Stream of the table, for a function that acts on joins and leaves."
  value       = module.websocket.stream_arn
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard."
  value       = module.websocket.dashboard_name
}
