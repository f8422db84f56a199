# Three routes of a folder of our own handlers; websocket_api lies beside them in the zip.
module "websocket" {
  source     = "../../infra"
  name       = "counter"
  source_dir = "${path.module}/handlers"

  functions = {
    lifecycle = {
      handler       = "lifecycle.handler"
      architecture  = var.architecture
      table_actions = ["PutItem", "Query", "DeleteItem"]
    }
    count = {
      handler       = "count.handler"
      architecture  = var.architecture
      table_actions = ["UpdateItem"]
    }
    other = {
      handler      = "other.handler"
      architecture = var.architecture
    }
  }

  routes = {
    "$connect"    = { function = "lifecycle" }
    "$disconnect" = { function = "lifecycle" }
    "$default"    = { function = "other", two_way = true }
    "count"       = { function = "count", two_way = true, throttle = { rate_limit = 20, burst_limit = 10 } }
  }
}

variable "architecture" {
  description = "Architecture of the functions: arm64 or x86_64."
  type        = string
  default     = "arm64"
}

output "websocket_url" {
  description = "Address to which WebSocket clients connect."
  value       = module.websocket.websocket_url
}

output "table_name" {
  description = "Name of the connection table."
  value       = module.websocket.table_name
}
