# What integrations may not be, and beside it the nearest that it may.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  integrations = {
    existing = { lambda = { arn = "arn:aws:lambda:us-east-1:111122223333:function:elsewhere:live" } }
    web      = { http = { url = "https://example.com/messages", method = "PUT" } }
    private  = { http = { url = "http://10.0.0.1/", proxy = false, vpc_link_id = "link1" }, timeout_milliseconds = 50 }
    store = {
      aws_service                   = { action = "dynamodb:action/PutItem", table_actions = ["PutItem"] }
      request_templates             = { "$default" = "{}" }
      template_selection_expression = "\\$default"
      responses                     = { "/200/" = { response_templates = { "$default" = "{}" } }, "$default" = {} }
    }
    queue   = { aws_service = { action = "sqs:path/111122223333/jobs", actions = ["sqs:SendMessage"], resources = ["arn:aws:sqs:us-east-1:111122223333:jobs"] } }
    as_role = { aws_service = { action = "sns:action/Publish", credentials_arn = "arn:aws:iam::111122223333:role/publisher" } }
    answer  = { mock = true }
  }
  routes = {
    "$connect" = { integration = "store", request_parameters = { "route.request.querystring.token" = true } }
    "$default" = { function = "app", two_way = true }
    "existing" = { integration = "existing" }
    "web"      = { integration = "web", model = "Say", operation_name = "Say" }
    "also-web" = { integration = "web" }
    "private"  = { integration = "private" }
    "queue"    = { integration = "queue" }
    "as-role"  = { integration = "as_role" }
    "answer"   = { integration = "answer" }
  }
  models = { Say = { schema = "{\"type\": \"object\"}" } }
}

run "integrations_rejects_none_of_the_kinds" {
  command = plan

  variables {
    integrations = { one = {} }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_none_of_the_kinds_but_not_one" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "integrations_rejects_two_kinds" {
  command = plan

  variables {
    integrations = { one = { mock = true, lambda = { arn = "arn:aws:lambda:us-east-1:111122223333:function:elsewhere" } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_two_kinds_but_not_one" {
  command = plan

  variables {
    integrations = { one = { lambda = { arn = "arn:aws:lambda:us-east-1:111122223333:function:elsewhere" } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "integrations_rejects_key_of_a_function" {
  command = plan

  variables {
    integrations = { app = { mock = true } }
    routes       = { "a" = { function = "app" } }
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_key_of_a_function_but_not_another" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { function = "app" } }
  }
}

run "integrations_rejects_timeout_of_29001" {
  command = plan

  variables {
    integrations = { one = { mock = true, timeout_milliseconds = 29001 } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_timeout_of_29001_but_not_29000" {
  command = plan

  variables {
    integrations = { one = { mock = true, timeout_milliseconds = 29000 } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "models_rejects_dash" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "one" } }
    models       = { "not-alphanumeric" = { schema = "{}" } }
  }

  expect_failures = [var.models]
}

run "models_rejects_dash_but_not_letters" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "one" } }
    models       = { Alphanumeric = { schema = "{}" } }
  }
}

run "integrations_rejects_timeout_of_49" {
  command = plan

  variables {
    integrations = { one = { mock = true, timeout_milliseconds = 49 } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_timeout_of_49_but_not_50" {
  command = plan

  variables {
    integrations = { one = { mock = true, timeout_milliseconds = 50 } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "models_rejects_schema_that_is_no_object" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "one" } }
    models       = { Text = { schema = "\"text\"" } }
  }

  expect_failures = [var.models]
}

run "models_rejects_schema_that_is_no_object_but_not_object" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "one" } }
    models       = { Text = { schema = "{\"type\": \"string\"}" } }
  }
}

run "integrations_rejects_invoke_arn" {
  command = plan

  variables {
    integrations = { one = { lambda = { arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111122223333:function:elsewhere/invocations" } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_invoke_arn_but_not_own_arn" {
  command = plan

  variables {
    integrations = { one = { lambda = { arn = "arn:aws:lambda:us-east-1:111122223333:function:elsewhere" } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "integrations_rejects_address_without_scheme" {
  command = plan

  variables {
    integrations = { one = { http = { url = "example.com" } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_address_without_scheme_but_not_with_one" {
  command = plan

  variables {
    integrations = { one = { http = { url = "https://example.com" } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "integrations_rejects_unknown_method" {
  command = plan

  variables {
    integrations = { one = { http = { url = "https://example.com", method = "SEND" } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_unknown_method_but_not_known_one" {
  command = plan

  variables {
    integrations = { one = { http = { url = "https://example.com", method = "POST" } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "integrations_rejects_bare_action" {
  command = plan

  variables {
    integrations = { one = { aws_service = { action = "PutItem", table_actions = ["PutItem"] } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_bare_action_but_not_with_its_service" {
  command = plan

  variables {
    integrations = { one = { aws_service = { action = "dynamodb:action/PutItem", table_actions = ["PutItem"] } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "integrations_rejects_service_without_permission" {
  command = plan

  variables {
    integrations = { one = { aws_service = { action = "dynamodb:action/PutItem" } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_service_without_permission_but_not_with_one" {
  command = plan

  variables {
    integrations = { one = { aws_service = { action = "dynamodb:action/PutItem", table_actions = ["PutItem"] } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "integrations_rejects_permission_beside_credentials" {
  command = plan

  variables {
    integrations = { one = { aws_service = { action = "dynamodb:action/PutItem", table_actions = ["PutItem"], credentials_arn = "arn:aws:iam::111122223333:role/own" } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_permission_beside_credentials_but_not_alone" {
  command = plan

  variables {
    integrations = { one = { aws_service = { action = "dynamodb:action/PutItem", table_actions = ["PutItem"] } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "integrations_rejects_actions_without_resources" {
  command = plan

  variables {
    integrations = { one = { aws_service = { action = "sqs:path/111122223333/jobs", actions = ["sqs:SendMessage"] } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_actions_without_resources_but_not_with_them" {
  command = plan

  variables {
    integrations = { one = { aws_service = { action = "sqs:path/111122223333/jobs", actions = ["sqs:SendMessage"], resources = ["arn:aws:sqs:us-east-1:111122223333:jobs"] } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "integrations_rejects_response_key_without_slashes" {
  command = plan

  variables {
    integrations = { one = { mock = true, responses = { "200" = {} } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_response_key_without_slashes_but_not_with_them" {
  command = plan

  variables {
    integrations = { one = { mock = true, responses = { "/200/" = {} } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "integrations_rejects_unknown_content_handling" {
  command = plan

  variables {
    integrations = { one = { mock = true, content_handling_strategy = "TEXT" } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_unknown_content_handling_but_not_known_one" {
  command = plan

  variables {
    integrations = { one = { mock = true, content_handling_strategy = "CONVERT_TO_TEXT" } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "integrations_rejects_unknown_passthrough" {
  command = plan

  variables {
    integrations = { one = { mock = true, passthrough_behavior = "ALWAYS" } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_unknown_passthrough_but_not_known_one" {
  command = plan

  variables {
    integrations = { one = { mock = true, passthrough_behavior = "NEVER" } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "routes_rejects_unknown_integration" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "two" } }
  }

  expect_failures = [var.routes]
}

run "routes_rejects_unknown_integration_but_not_known_one" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "one" } }
  }
}

run "routes_rejects_unknown_model" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "one", model = "Shout" } }
  }

  expect_failures = [var.routes]
}

run "routes_rejects_unknown_model_but_not_known_one" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "one", model = "Say" } }
  }
}

run "routes_rejects_neither_function_nor_integration" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = {} }
  }

  expect_failures = [var.routes]
}

run "routes_rejects_neither_function_nor_integration_but_not_one" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { function = "app" } }
  }
}

run "routes_rejects_both_function_and_integration" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { function = "app", integration = "one" } }
  }

  expect_failures = [var.routes]
}

run "routes_rejects_both_function_and_integration_but_not_one" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { function = "app" } }
  }
}

run "routes_rejects_parameters_outside_connect" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "one", request_parameters = { "route.request.header.X" = true } } }
  }

  expect_failures = [var.routes]
}

run "routes_rejects_parameters_outside_connect_but_not_there" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "$connect" = { integration = "one", request_parameters = { "route.request.header.X" = true } } }
  }
}

run "routes_rejects_parameter_of_http_apis" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "$connect" = { integration = "one", request_parameters = { "$request.header.X" = true } } }
  }

  expect_failures = [var.routes]
}

run "routes_rejects_parameter_of_http_apis_but_not_of_websocket_apis" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "$connect" = { integration = "one", request_parameters = { "route.request.header.X" = true } } }
  }
}

run "routes_rejects_authorizer_outside_connect" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "one", authorizer = true } }
    authorizer   = { iam = true }
  }

  expect_failures = [var.routes]
}

run "routes_rejects_authorizer_outside_connect_but_not_there" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "$connect" = { integration = "one", authorizer = true } }
    authorizer   = { iam = true }
  }
}

run "routes_rejects_api_key_outside_connect" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "one", api_key_required = true } }
  }

  expect_failures = [var.routes]
}

run "routes_rejects_api_key_outside_connect_but_not_there" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "$connect" = { integration = "one", api_key_required = true } }
  }
}

run "routes_rejects_operation_name_of_65" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "one", operation_name = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" } }
  }

  expect_failures = [var.routes]
}

run "routes_rejects_operation_name_of_65_but_not_64" {
  command = plan

  variables {
    integrations = { one = { mock = true } }
    routes       = { "a" = { integration = "one", operation_name = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" } }
  }
}

run "integrations_rejects_payload_format_of_http_apis" {
  command = plan

  variables {
    integrations = { one = { mock = true, payload_format_version = "2.0" } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_payload_format_of_http_apis_but_not_of_websocket_apis" {
  command = plan

  variables {
    integrations = { one = { mock = true, payload_format_version = "1.0" } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "integrations_rejects_request_template_beside_lambda" {
  command = plan

  variables {
    integrations = { one = { lambda = { arn = "arn:aws:lambda:us-east-1:111122223333:function:elsewhere" }, request_templates = { "$default" = "{}" } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_request_template_beside_lambda_but_not_lambda_alone" {
  command = plan

  variables {
    integrations = { one = { lambda = { arn = "arn:aws:lambda:us-east-1:111122223333:function:elsewhere" } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}

run "integrations_rejects_response_beside_http_proxy" {
  command = plan

  variables {
    integrations = { one = { http = { url = "https://example.com" }, responses = { "$default" = {} } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }

  expect_failures = [var.integrations]
}

run "integrations_rejects_response_beside_http_proxy_but_not_http" {
  command = plan

  variables {
    integrations = { one = { http = { url = "https://example.com", proxy = false }, responses = { "$default" = {} } } }
    routes       = { "a" = { integration = "one" } }
    models       = {}
  }
}
