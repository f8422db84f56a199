# A dashboard in the browser, fed by a table: whatever is written there reaches everybody who watches.
module "websocket" {
  source     = "../../infra"
  name       = "live-dashboard"
  source_dir = "${path.module}/handlers"

  functions = {
    dashboard = {
      handler            = "dashboard.handler"
      architecture       = var.architecture
      table_actions      = ["GetItem", "PutItem", "UpdateItem", "Query", "DeleteItem"]
      manage_connections = ["POST", "GET"]
    }
    # No route leads to it: the stream invokes it.
    changes = {
      handler            = "changes.handler"
      architecture       = var.architecture
      timeout            = 30
      table_actions      = ["GetItem", "PutItem", "UpdateItem", "Query", "DeleteItem"]
      manage_connections = ["POST", "GET"]
      publishes          = true
      policy_statements = [{
        sid       = "ReadOrders"
        actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
        resources = [aws_dynamodb_table.orders.stream_arn]
      }]
    }
  }

  # Beyond the first thousand who watch, workers send.
  fanout = var.fanout ? { architecture = var.architecture } : null

  routes = {
    "$connect"    = { function = "dashboard" }
    "$disconnect" = { function = "dashboard" }
    "$default"    = { function = "dashboard", two_way = true }
  }
}

variable "architecture" {
  description = "Architecture of the functions: arm64 or x86_64."
  type        = string
  default     = "arm64"
}

variable "fanout" {
  description = "Whether there are workers for more than a thousand who watch."
  type        = bool
  default     = false
}

output "websocket_url" {
  description = "Address to which the dashboard connects."
  value       = module.websocket.websocket_url
}

output "table_name" {
  description = "Name of the connection table."
  value       = module.websocket.table_name
}

output "orders_table_name" {
  description = "Name of the table of orders."
  value       = aws_dynamodb_table.orders.name
}
