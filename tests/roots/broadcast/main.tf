# An API with one large channel, whose broadcasts are left to workers.
module "websocket" {
  source     = "../../../infra"
  name       = "broadcast"
  source_dir = "${path.module}/handlers"

  stage = { throttle = { rate_limit = 1000, burst_limit = 500 } }

  functions = {
    crowd = {
      handler            = "crowd.handler"
      architecture       = var.architecture
      table_actions      = ["GetItem", "PutItem", "UpdateItem", "Query", "DeleteItem"]
      manage_connections = ["POST", "GET"]
      publishes          = true
    }
  }

  routes = {
    "$connect"    = { function = "crowd" }
    "$disconnect" = { function = "crowd" }
    "echo"        = { function = "crowd", two_way = true }
    "publish"     = { function = "crowd", two_way = true }
    "grow"        = { function = "crowd", two_way = true }
  }

  fanout = {
    architecture     = var.architecture
    posts_per_second = var.posts_per_second
    threshold        = 0
    timeout          = 10
  }
}

variable "architecture" {
  description = "Architecture of the functions: arm64 or x86_64."
  type        = string
}

variable "posts_per_second" {
  description = "What the workers together may send."
  type        = number
  default     = 1000
}

output "table_name" {
  description = "Name of the connection table."
  value       = module.websocket.table_name
}

output "queue_urls" {
  description = "The workers' queue, and that of dead letters."
  value       = [module.websocket.fanout_queue_url, module.websocket.fanout_dead_letter_queue_url]
}
