# Clients that are known by their tokens, and listen; a backend elsewhere sends to them by user.
module "websocket" {
  source     = "../../infra"
  name       = "notifications"
  source_dir = "${path.module}/handlers"

  authorizer = {
    jwt = {
      jwks_url     = var.jwks_url
      keys         = var.jwks_url == null ? file(local.keys_file) : null
      issuer       = var.issuer
      audiences    = [var.audience]
      architecture = var.architecture
      package_path = var.authorizer_package
    }
  }

  functions = {
    app = {
      handler       = "app.handler"
      architecture  = var.architecture
      table_actions = ["PutItem", "Query", "DeleteItem"]
    }
  }

  routes = {
    "$connect"    = { function = "app", authorizer = true }
    "$disconnect" = { function = "app" }
    "$default"    = { function = "app", two_way = true }
  }
}

locals {
  keys_file = coalesce(var.keys_file, "${path.module}/../jwt_auth/keys/public.json")
}

variable "jwks_url" {
  description = "Where your identity provider publishes its keys; without one, the keys are those of jwt_auth/make_token.py."
  type        = string
  default     = null
}

variable "keys_file" {
  description = "Public keys in place of jwks_url: a JSON Web Key Set; ../jwt_auth/keys/public.json if left out."
  type        = string
  default     = null

  validation {
    condition     = var.jwks_url != null || fileexists(coalesce(var.keys_file, "${path.module}/../jwt_auth/keys/public.json"))
    error_message = "keys_file: ${coalesce(var.keys_file, "${path.module}/../jwt_auth/keys/public.json")} is not there. Make a token first, which makes the keys: .venv/bin/python examples/jwt_auth/make_token.py --user alice --audience notifications. Or set jwks_url."
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
  default     = "notifications"
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

output "management_endpoint" {
  description = "WEBSOCKET_MANAGEMENT_ENDPOINT of a publisher."
  value       = module.websocket.management_endpoint
}

output "table_name" {
  description = "WEBSOCKET_TABLE_NAME of a publisher."
  value       = module.websocket.table_name
}

output "publisher_policy_json" {
  description = "What a publisher must be allowed to do."
  value       = module.websocket.publisher_policy_json
}
