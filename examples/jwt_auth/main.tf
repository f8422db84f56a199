# Only clients that show a valid JSON Web Token may connect; handlers know who they are.
module "websocket" {
  source     = "../../infra"
  name       = "greeter"
  source_dir = "${path.module}/handlers"

  authorizer = {
    jwt = {
      jwks_url      = var.jwks_url
      keys          = var.jwks_url == null ? file(local.keys_file) : null
      issuer        = var.issuer
      audiences     = [var.audience]
      token_sources = ["header:Authorization", "subprotocol", "querystring:token"]
      architecture  = var.architecture
      package_path  = var.authorizer_package
    }
  }

  functions = {
    connect = {
      handler       = "handlers.connect.handler"
      architecture  = var.architecture
      table_actions = ["PutItem"]
    }
    greet = {
      handler      = "greet.handler"
      architecture = var.architecture
    }
    disconnect = {
      handler       = "handlers.disconnect.handler"
      architecture  = var.architecture
      table_actions = ["Query", "DeleteItem"]
    }
  }

  routes = {
    "$connect"    = { function = "connect", authorizer = true }
    "$default"    = { function = "greet", two_way = true }
    "$disconnect" = { function = "disconnect" }
  }
}

locals {
  keys_file = coalesce(var.keys_file, "${path.module}/keys/public.json")
}

variable "jwks_url" {
  description = "Where your identity provider publishes its keys; without one, the keys are those of make_token.py."
  type        = string
  default     = null
}

variable "keys_file" {
  description = "Public keys in place of jwks_url: a JSON Web Key Set; keys/public.json if left out."
  type        = string
  default     = null

  validation {
    condition     = var.jwks_url != null || fileexists(coalesce(var.keys_file, "${path.module}/keys/public.json"))
    error_message = "keys_file: ${coalesce(var.keys_file, "${path.module}/keys/public.json")} is not there. Make a token first, which makes the keys: .venv/bin/python examples/jwt_auth/make_token.py --user alice. Or set jwks_url."
  }
}

variable "issuer" {
  description = "What iss of a token must be."
  type        = string
  default     = "https://issuer.example.com/"
}

variable "audience" {
  description = "What aud of a token must be."
  type        = string
  default     = "greeter"
}

variable "architecture" {
  description = "Architecture of the functions: arm64 or x86_64."
  type        = string
  default     = "arm64"
}

variable "authorizer_package" {
  description = "A ready zip of the authorizer; built at apply if left out."
  type        = string
  default     = null
}

output "websocket_url" {
  description = "Address to which WebSocket clients connect."
  value       = module.websocket.websocket_url
}

output "table_name" {
  description = "Name of the connection table."
  value       = module.websocket.table_name
}
