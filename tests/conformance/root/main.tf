# What tests/conformance speaks to: four APIs in front of one function that does as it is told.
# Apply it to AWS, and `terraform output -raw pytest_arguments` is how to point the tests at it.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80, < 7.0"
    }
  }
}

variable "name" {
  description = "Prefix of every name in the account."
  type        = string
  default     = "conformance"
}

locals {
  backend = { lambda = { arn = module.keyed.function_arns["backend"] } }

  lifecycle_routes = {
    "$connect"    = { integration = "backend" }
    "$disconnect" = { integration = "backend" }
  }
}

# Everybody may connect.
module "open" {
  source = "../../../infra"

  name      = "${var.name}-open"
  functions = {}
  stage = {
    name      = "open"
    throttle  = { rate_limit = 1000, burst_limit = 1000 }
    variables = { colour = "blue" }
  }

  integrations = {
    backend = local.backend
    hurried = merge(local.backend, { timeout_milliseconds = 500 })
    mock = {
      mock              = true
      request_templates = { "$default" = jsonencode({ statusCode = 200 }) }
      responses         = { "$default" = { response_templates = { "$default" = "{\"connection\": \"$context.connectionId\"}" } } }

      template_selection_expression = "\\$default"
    }
  }

  models = {
    greeting = {
      schema = jsonencode({
        "$schema"  = "http://json-schema.org/draft-04/schema#"
        type       = "object"
        required   = ["name"]
        properties = { name = { type = "string", maxLength = 5 } }
      })
    }
  }

  routes = merge(local.lifecycle_routes, {
    "$default"  = { integration = "backend", two_way = true }
    "answer"    = { integration = "backend", two_way = true }
    "tell"      = { integration = "backend" }
    "hurry"     = { integration = "hurried", two_way = true }
    "mock"      = { integration = "mock", two_way = true }
    "greet"     = { integration = "backend", two_way = true, model = "greeting" }
    "throttled" = { integration = "backend", two_way = true, throttle = { rate_limit = 1, burst_limit = 1 } }
  })
}

# Whom the authorizer lets in; there is no $default route.
module "guarded" {
  source = "../../../infra"

  name         = "${var.name}-guarded"
  functions    = {}
  integrations = { backend = local.backend }
  stage        = { name = "guarded" }

  authorizer = {
    function_arn     = module.keyed.function_arns["backend"]
    identity_sources = ["route.request.querystring.token"]
  }

  routes = {
    "$connect"    = { integration = "backend", authorizer = true }
    "$disconnect" = { integration = "backend" }
    "answer"      = { integration = "backend", two_way = true }
  }
}

# Who has a key; the function behind all four is here.
module "keyed" {
  source = "../../../infra"

  name       = "${var.name}-keyed"
  source_dir = "${path.module}/handlers"
  stage      = { name = "keyed" }

  functions = {
    backend = {
      handler       = "backend.handler"
      table_actions = ["PutItem", "GetItem"]
      policy_statements = [{
        actions   = ["execute-api:ManageConnections"]
        resources = ["arn:aws:execute-api:*:*:*/*/POST/@connections/*"]
      }]
    }
  }

  routes = {
    "$connect" = { function = "backend", api_key_required = true }
    "$default" = { function = "backend", two_way = true }
  }

  usage_plan = { api_keys = { tester = {} } }
}

# Whose signature IAM knows.
module "signed" {
  source = "../../../infra"

  name         = "${var.name}-signed"
  functions    = {}
  integrations = { backend = local.backend }
  stage        = { name = "signed" }
  authorizer   = { iam = true }

  routes = {
    "$connect" = { integration = "backend", authorizer = true }
    "$default" = { integration = "backend", two_way = true }
  }
}

output "pytest_arguments" {
  description = "How to point the tests at these APIs. The key opens nothing but an API that is thrown away."
  value = join(" ", [
    "--websocket-url", module.open.websocket_url,
    "--management-endpoint", module.open.management_endpoint,
    "--guarded-websocket-url", module.guarded.websocket_url,
    "--keyed-websocket-url", module.keyed.websocket_url,
    "--api-key", nonsensitive(module.keyed.api_key_values["tester"]),
    "--signed-websocket-url", module.signed.websocket_url,
  ])
}
