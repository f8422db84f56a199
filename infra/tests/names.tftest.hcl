# What name and tags may be.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$default" = { function = "app" } }
}

run "name_begins_everything" {
  command = plan

  variables {
    name = "chat-2_b"
  }

  assert {
    condition     = aws_apigatewayv2_api.websocket[0].name == "chat-2_b" && aws_lambda_function.functions["app"].function_name == "chat-2_b-app" && aws_dynamodb_table.connections[0].name == "chat-2_b-connections" && aws_iam_role.functions["app"].name_prefix == "chat-2_b-app-"
    error_message = "The API, its functions, roles and table must be named after name."
  }
}

run "function_name_accepts_64_characters" {
  command = plan

  variables {
    name = "a-name-that-is-as-long-as-lambda-and-its-key-allow-it-to-be1"
  }

  assert {
    condition     = length(aws_lambda_function.functions["app"].function_name) == 64 && length(aws_iam_role.functions["app"].name_prefix) == 38
    error_message = "A function's name may have 64 characters; a role's prefix leaves 26 for its suffix."
  }
}

run "tags_reach_all_that_can_carry_them" {
  command = plan

  variables {
    tags = { aws-team = "chat" }
  }

  assert {
    condition = alltrue([
      for tags in [
        aws_apigatewayv2_api.websocket[0].tags,
        aws_apigatewayv2_stage.websocket[0].tags,
        aws_cloudwatch_log_group.functions["app"].tags,
        aws_dynamodb_table.connections[0].tags,
        aws_iam_role.functions["app"].tags,
        aws_lambda_function.functions["app"].tags,
      ] : tags == tomap({ aws-team = "chat" })
    ])
    error_message = "API, stage, log group, table, role and function must carry the tags."
  }
}

run "null_inputs_are_the_defaults" {
  command = plan

  variables {
    name                       = null
    tags                       = null
    route_selection_expression = null
    stage                      = null
    functions                  = null
    routes                     = null
    table                      = null
    source_dir                 = null
    package_path               = null
  }

  assert {
    condition     = aws_apigatewayv2_api.websocket[0].name == "websocket" && length(aws_lambda_function.functions) == 3 && aws_apigatewayv2_stage.websocket[0].name == "prod"
    error_message = "A null input must mean its default."
  }
}
