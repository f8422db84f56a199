# A function behind an alias: what its routes call is a published version, and never code that was just uploaded.
module "websocket" {
  source     = "../../infra"
  name       = "canary"
  source_dir = "${path.module}/handlers"

  functions = {
    connect = {
      handler       = "handlers.connect.handler"
      architecture  = var.architecture
      table_actions = ["PutItem"]
    }
    disconnect = {
      handler       = "handlers.disconnect.handler"
      architecture  = var.architecture
      table_actions = ["Query", "DeleteItem"]
    }
    hello = {
      handler      = "hello.handler"
      architecture = var.architecture

      alias = {
        version = var.release.version
        weights = var.release.canary == null ? {} : { (var.release.canary) = var.release.canary_share }
      }
    }
  }

  routes = {
    "$connect"    = { function = "connect" }
    "$disconnect" = { function = "disconnect" }
    "$default"    = { function = "hello", two_way = true }
  }
}

variable "release" {
  description = <<-EOT
    Who meets which version of the code.
    - version: number of the version that answers; the newest if left out.
    - canary: number of a version that is tried on a share of the messages; none if left out.
    - canary_share: that share, 0 to 1.
  EOT
  type = object({
    version      = optional(string)
    canary       = optional(string)
    canary_share = optional(number, 0.1)
  })
  default  = {}
  nullable = false
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

output "newest_version" {
  description = "Number of the version that the last apply published."
  value       = module.websocket.function_versions["hello"]
}

output "function_name" {
  description = "Name of the function that is released by degrees."
  value       = module.websocket.function_names["hello"]
}
