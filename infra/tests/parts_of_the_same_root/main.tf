# A root that makes functions, roles and secrets itself: a plan knows that they will be, and not what.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

resource "terraform_data" "function" {
  input = "arn:aws:lambda:us-east-1:111122223333:function:elsewhere"
}

resource "terraform_data" "role" {
  input = "arn:aws:iam::111122223333:role/caller"
}

resource "terraform_data" "issuer" {
  input = "https://issuer.example.com"
}

locals {
  functions = { app = { handler = "handlers.default.handler", environment = { TOKEN = sensitive("secret"), ROLE = terraform_data.role.output } } }
  routes = {
    "$connect" = { function = "app", authorizer = true }
    "lambda"   = { integration = "elsewhere" }
    "queue"    = { integration = "queue" }
    "web"      = { integration = "web" }
  }
  integrations = {
    elsewhere = { lambda = { arn = terraform_data.function.output } }
    queue     = { aws_service = { action = "sqs:path/111122223333/jobs", credentials_arn = terraform_data.role.output } }
    web       = { http = { url = "https://example.com/" }, request_parameters = { "integration.request.header.Authorization" = sensitive("'secret'") } }
  }
  authorizers = {
    function = { function_arn = terraform_data.function.output, credentials_arn = terraform_data.role.output, create_permission = false }
    jwt      = { jwt = { jwks_url = "${terraform_data.issuer.output}/keys", issuer = terraform_data.issuer.output, audiences = ["chat"], package_path = "${path.module}/main.tf" } }
  }
}

module "websocket" {
  source   = "../.."
  for_each = local.authorizers

  name         = each.key
  package_path = "${path.module}/main.tf" # any file: nothing runs it
  functions    = local.functions
  routes       = local.routes
  integrations = local.integrations
  authorizer   = each.value
}

output "websocket_urls" {
  value = values(module.websocket)[*].websocket_url
}
