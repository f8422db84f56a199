# One copy of the module for each input that is tried, so that a single plan tells all their hashes.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

locals {
  functions = {
    app   = { handler = "handlers.default.handler" }
    other = { handler = "handlers.default.handler" }
    guard = { handler = "handlers.default.handler" }
  }
  routes = {
    "$connect" = { function = "app", authorizer = true }
    "$default" = { function = "app" }
    "join"     = { integration = "web", model = "Join" }
  }
  web = {
    http                          = { url = "https://example.com/", proxy = false }
    request_templates             = { "$default" = "{}" }
    template_selection_expression = "\\$default"
    responses                     = { "$default" = { response_templates = { "$default" = "{}" } } }
  }
  service    = { action = "sqs:path/111122223333/jobs", credentials_arn = "arn:aws:iam::111122223333:role/sender" }
  models     = { Join = { schema = "{}" } }
  authorizer = { function = "guard", identity_sources = ["route.request.querystring.token"] }
  jwt        = { keys = jsonencode({ keys = [{ kty = "OKP" }] }), issuer = "https://issuer.example.com", audiences = ["chat"], package_path = "${path.module}/main.tf" }
  domain     = { name = "ws.example.com", certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/one" }

  # Whatever an entry leaves out is as in the first.
  first = { first = {} }

  # Each must make another deployment than the first.
  redeploying = {
    selection_expression      = { route_selection_expression = "$request.body.type" }
    renamed_functions         = { name = "chat" }
    default_address_disabled  = { domain = merge(local.domain, { disable_default_address = true }) }
    added_route               = { routes = merge(local.routes, { leave = { function = "app" } }) }
    removed_route             = { routes = { for key, route in local.routes : key => route if key != "join" } }
    renamed_route             = { routes = merge({ for key, route in local.routes : key => route if key != "join" }, { enter = local.routes["join"] }) }
    function_of_a_route       = { routes = merge(local.routes, { "$default" = { function = "other" } }) }
    integration_of_a_route    = { routes = merge(local.routes, { "$default" = { integration = "web" } }) }
    route_response            = { routes = merge(local.routes, { "$default" = { function = "app", two_way = true } }) }
    route_without_model       = { routes = merge(local.routes, { join = { integration = "web" } }) }
    model_selection           = { routes = merge(local.routes, { join = { integration = "web", model = "Join", model_selection_expression = "$request.body.kind" } }) }
    operation_name            = { routes = merge(local.routes, { join = { integration = "web", model = "Join", operation_name = "Join" } }) }
    request_parameters        = { routes = merge(local.routes, { "$connect" = { function = "app", authorizer = true, request_parameters = { "route.request.querystring.token" = true } } }) }
    api_key_required          = { routes = merge(local.routes, { "$connect" = { function = "app", authorizer = true, api_key_required = true } }) }
    no_authorizer             = { routes = merge(local.routes, { "$connect" = { function = "app" } }), authorizer = null }
    authorizing_function      = { authorizer = { function = "other", identity_sources = local.authorizer.identity_sources } }
    authorizer_from_elsewhere = { authorizer = { function_arn = "arn:aws:lambda:us-east-1:111122223333:function:guard", identity_sources = local.authorizer.identity_sources } }
    authorizer_jwt            = { authorizer = { jwt = local.jwt } }
    authorizer_iam            = { authorizer = { iam = true } }
    identity_sources          = { authorizer = merge(local.authorizer, { identity_sources = ["route.request.header.Authorization"] }) }
    authorizer_credentials    = { authorizer = merge(local.authorizer, { credentials_arn = "arn:aws:iam::111122223333:role/invoker" }) }
    alias_of_a_function       = { functions = merge(local.functions, { app = { handler = "handlers.default.handler", alias = {} } }) }
    alias_of_the_authorizer   = { functions = merge(local.functions, { guard = { handler = "handlers.default.handler", alias = {} } }) }
    schema_of_a_model         = { models = { Join = { schema = "{\"type\": \"object\"}" } } }
    description_of_a_model    = { models = { Join = { schema = "{}", description = "Joins." } } }
    content_type_of_a_model   = { models = { Join = { schema = "{}", content_type = "application/schema+json" } } }
    http_address              = { integrations = { web = merge(local.web, { http = { url = "https://example.com/new", proxy = false } }) } }
    http_method               = { integrations = { web = merge(local.web, { http = { url = "https://example.com/", proxy = false, method = "PUT" } }) } }
    http_proxy                = { integrations = { web = { http = { url = "https://example.com/" } } } }
    vpc_link                  = { integrations = { web = merge(local.web, { http = { url = "https://example.com/", proxy = false, vpc_link_id = "link" } }) } }
    kind_of_integration       = { integrations = { web = { mock = true, request_templates = local.web.request_templates, template_selection_expression = "\\$default", responses = local.web.responses } } }
    lambda_from_elsewhere     = { integrations = { web = { lambda = { arn = "arn:aws:lambda:us-east-1:111122223333:function:elsewhere" } } } }
    aws_service               = { integrations = { web = { aws_service = local.service } } }
    aws_service_action        = { integrations = { web = { aws_service = merge(local.service, { action = "sqs:path/111122223333/other" }) } } }
    aws_service_credentials   = { integrations = { web = { aws_service = merge(local.service, { credentials_arn = "arn:aws:iam::111122223333:role/other" }) } } }
    timeout                   = { integrations = { web = merge(local.web, { timeout_milliseconds = 50 }) } }
    content_handling          = { integrations = { web = merge(local.web, { content_handling_strategy = "CONVERT_TO_BINARY" }) } }
    passthrough               = { integrations = { web = merge(local.web, { passthrough_behavior = "NEVER" }) } }
    integration_parameters    = { integrations = { web = merge(local.web, { request_parameters = { "integration.request.header.Kind" = "'chat'" } }) } }
    request_template          = { integrations = { web = merge(local.web, { request_templates = { "$default" = "[]" } }) } }
    template_selection        = { integrations = { web = merge(local.web, { template_selection_expression = "$request.body.kind" }) } }
    response_key              = { integrations = { web = merge(local.web, { responses = { "/200/" = local.web.responses["$default"] } }) } }
    response_template         = { integrations = { web = merge(local.web, { responses = { "$default" = { response_templates = { "$default" = "[]" } } } }) } }
    response_selection        = { integrations = { web = merge(local.web, { responses = { "$default" = { response_templates = { "$default" = "{}" }, template_selection_expression = "\\$default" } } }) } }
    response_content_handling = { integrations = { web = merge(local.web, { responses = { "$default" = { response_templates = { "$default" = "{}" }, content_handling_strategy = "CONVERT_TO_TEXT" } } }) } }
  }

  # Each must be taken on without another deployment.
  keeping = {
    settings_of_functions = {
      functions = merge(local.functions, { app = { handler = "handlers.connect.handler", memory_size = 512, timeout = 20, architecture = "x86_64", environment = { GREETING = "hello" }, table_actions = ["Query"] } })
    }
    unused_function = { functions = merge(local.functions, { idle = { handler = "handlers.default.handler" } }) }
    throttles = {
      stage  = { throttle = { rate_limit = 5, burst_limit = 2 } }
      routes = merge(local.routes, { "$default" = { function = "app", throttle = { rate_limit = 3 } } })
    }
    stage_and_tags = { stage = { name = "dev", variables = { backend = "two" } }, tags = { team = "chat" } }
    table          = { table = { connection_ttl_seconds = 86400, deletion_protection = true } }
    domain         = { domain = local.domain }
  }

  inputs = merge(local.first, local.redeploying, local.keeping)
}

module "websocket" {
  source   = "../.."
  for_each = local.inputs

  package_path               = "${path.module}/main.tf" # any file: nothing runs it
  name                       = try(each.value.name, null)
  tags                       = try(each.value.tags, null)
  route_selection_expression = try(each.value.route_selection_expression, null)
  functions                  = try(each.value.functions, local.functions)
  routes                     = try(each.value.routes, local.routes)
  integrations               = try(each.value.integrations, { web = local.web })
  models                     = try(each.value.models, local.models)
  authorizer                 = try(each.value.authorizer, local.authorizer)
  stage                      = try(each.value.stage, null)
  table                      = try(each.value.table, null)
  domain                     = try(each.value.domain, null)
}

output "first" {
  value = module.websocket["first"].deployment_hash
}

output "redeploying" {
  value = { for key in keys(local.redeploying) : key => module.websocket[key].deployment_hash }
}

output "keeping" {
  value = { for key in keys(local.keeping) : key => module.websocket[key].deployment_hash }
}
