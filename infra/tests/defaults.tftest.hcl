# The module with no input, applied: what the resources are given by each other.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = aws_cloudwatch_log_group.functions["connect"]
  values = { arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/websocket-connect" }
}

override_resource {
  target = aws_cloudwatch_log_group.functions["default"]
  values = { arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/websocket-default" }
}

override_resource {
  target = aws_cloudwatch_log_group.functions["disconnect"]
  values = { arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/websocket-disconnect" }
}

override_resource {
  target = aws_iam_role.functions["connect"]
  values = { arn = "arn:aws:iam::111122223333:role/connect", id = "connect" }
}

override_resource {
  target = aws_iam_role.functions["default"]
  values = { arn = "arn:aws:iam::111122223333:role/default", id = "default" }
}

override_resource {
  target = aws_iam_role.functions["disconnect"]
  values = { arn = "arn:aws:iam::111122223333:role/disconnect", id = "disconnect" }
}

override_resource {
  target = aws_lambda_function.functions["connect"]
  values = {
    arn        = "arn:aws:lambda:us-east-1:111122223333:function:websocket-connect"
    invoke_arn = "invoke:websocket-connect"
  }
}

override_resource {
  target = aws_lambda_function.functions["default"]
  values = {
    arn        = "arn:aws:lambda:us-east-1:111122223333:function:websocket-default"
    invoke_arn = "invoke:websocket-default"
  }
}

override_resource {
  target = aws_lambda_function.functions["disconnect"]
  values = {
    arn        = "arn:aws:lambda:us-east-1:111122223333:function:websocket-disconnect"
    invoke_arn = "invoke:websocket-disconnect"
  }
}

run "default_root" {
  # API

  assert {
    condition     = aws_apigatewayv2_api.websocket[0].protocol_type == "WEBSOCKET" && aws_apigatewayv2_api.websocket[0].route_selection_expression == "$request.body.action"
    error_message = "The API must be a WebSocket API that selects routes by $request.body.action."
  }

  # Routes

  assert {
    condition     = toset(keys(aws_apigatewayv2_route.websocket)) == toset(["$connect", "$default", "$disconnect"])
    error_message = "There must be the three routes that API Gateway knows by itself."
  }

  assert {
    condition     = { for key, integration in aws_apigatewayv2_integration.websocket : key => integration.integration_uri } == { for key in ["connect", "default", "disconnect"] : key => "invoke:websocket-${key}" }
    error_message = "An integration must call its function's invoke ARN."
  }

  assert {
    condition     = alltrue([for integration in aws_apigatewayv2_integration.websocket : integration.integration_type == "AWS_PROXY" && integration.integration_method == "POST" && integration.timeout_milliseconds == 29000])
    error_message = "An integration must be a Lambda proxy called by POST with API Gateway's longest timeout."
  }

  assert {
    condition     = alltrue([for route_key, route in aws_apigatewayv2_route.websocket : route.target == "integrations/${aws_apigatewayv2_integration.websocket[trimprefix(route_key, "$")].id}"])
    error_message = "Each route must lead to the integration of its function."
  }

  assert {
    condition     = [for route_key, route in aws_apigatewayv2_route.websocket : route_key if route.route_response_selection_expression != null] == ["$default"] && aws_apigatewayv2_route.websocket["$default"].route_response_selection_expression == "$default"
    error_message = "Only $default must return its reply."
  }

  assert {
    condition     = keys(aws_apigatewayv2_route_response.websocket) == ["$default"] && aws_apigatewayv2_route_response.websocket["$default"].route_response_key == "$default" && aws_apigatewayv2_route_response.websocket["$default"].route_id == aws_apigatewayv2_route.websocket["$default"].id
    error_message = "The route $default must have the route response $default."
  }

  assert {
    condition     = alltrue([for route_key, permission in aws_lambda_permission.routes : permission.source_arn == "arn:aws:execute-api:us-east-1:111122223333:a1b2c3d4e5/prod/${route_key}" && permission.function_name == "arn:aws:lambda:us-east-1:111122223333:function:websocket-${trimprefix(route_key, "$")}"])
    error_message = "A function must be callable by its own route of this API and stage only."
  }

  assert {
    condition     = alltrue([for permission in aws_lambda_permission.routes : permission.principal == "apigateway.amazonaws.com" && permission.action == "lambda:InvokeFunction"])
    error_message = "Only API Gateway must be permitted, and only to invoke."
  }

  # Stage

  assert {
    condition     = aws_apigatewayv2_stage.websocket[0].name == "prod" && aws_apigatewayv2_stage.websocket[0].deployment_id == aws_apigatewayv2_deployment.websocket[0].id && aws_apigatewayv2_stage.websocket[0].auto_deploy == null
    error_message = "The stage prod must serve the deployment."
  }

  assert {
    condition     = aws_apigatewayv2_stage.websocket[0].default_route_settings[0].throttling_rate_limit == 100 && aws_apigatewayv2_stage.websocket[0].default_route_settings[0].throttling_burst_limit == 50
    error_message = "Both limits must be sent: 100 requests a second, 50 at once."
  }

  assert {
    condition     = length(aws_apigatewayv2_stage.websocket[0].route_settings) == 0
    error_message = "No route must override the stage's limits."
  }

  # Functions

  assert {
    condition     = { for key, function in aws_lambda_function.functions : function.function_name => function.handler } == { for key in ["connect", "default", "disconnect"] : "websocket-${key}" => "handlers.${key}.handler" }
    error_message = "The functions must be websocket-KEY and run handlers.KEY.handler."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.functions : function.runtime == "python3.13" && function.architectures == tolist(["arm64"]) && function.memory_size == 256 && function.timeout == 10])
    error_message = "The functions must run Python 3.13 on arm64 with 256 MB for at most 10 seconds."
  }

  assert {
    condition     = alltrue([for key, function in aws_lambda_function.functions : function.role == "arn:aws:iam::111122223333:role/${key}" && aws_iam_role_policy.functions[key].role == key])
    error_message = "Each function must have a role of its own."
  }

  assert {
    condition = alltrue([for function in aws_lambda_function.functions : function.environment[0].variables == tomap({
      WEBSOCKET_CONNECTION_TTL_SECONDS = "7500"
      WEBSOCKET_LOG_LEVEL              = "INFO"
      WEBSOCKET_MANAGEMENT_ENDPOINT    = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"
      WEBSOCKET_TABLE_NAME             = "websocket-connections"
    })])
    error_message = "Each function must be told the table, the endpoint, the TTL and the log level."
  }

  assert {
    condition     = alltrue([for key, function in aws_lambda_function.functions : function.logging_config[0].log_group == "/aws/lambda/websocket-${key}" && aws_cloudwatch_log_group.functions[key].name == "/aws/lambda/websocket-${key}" && aws_cloudwatch_log_group.functions[key].retention_in_days == 30])
    error_message = "Each function must log to its own group, kept for 30 days."
  }

  # Permissions: exact, so that nothing is added unseen.

  assert {
    condition = jsondecode(aws_iam_role_policy.functions["connect"].policy).Statement == [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/websocket-connect:*"]
      },
      {
        Sid      = "UseConnectionTable"
        Effect   = "Allow"
        Action   = ["dynamodb:PutItem"]
        Resource = ["arn:aws:dynamodb:us-east-1:111122223333:table/mock"]
      },
    ]
    error_message = "connect may put items into the table and write its logs."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.functions["default"].policy).Statement == [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/websocket-default:*"]
      },
      {
        Sid      = "ManageConnections"
        Effect   = "Allow"
        Action   = ["execute-api:ManageConnections"]
        Resource = ["arn:aws:execute-api:us-east-1:111122223333:a1b2c3d4e5/prod/POST/@connections/*"]
      },
    ]
    error_message = "default may post to this API's connections and write its logs."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.functions["disconnect"].policy).Statement == [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/websocket-disconnect:*"]
      },
      {
        Sid      = "UseConnectionTable"
        Effect   = "Allow"
        Action   = ["dynamodb:DeleteItem", "dynamodb:Query"]
        Resource = ["arn:aws:dynamodb:us-east-1:111122223333:table/mock"]
      },
    ]
    error_message = "disconnect may query the table, delete from it, and write its logs."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.functions : jsondecode(role.assume_role_policy).Statement == [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]])
    error_message = "Only Lambda may take on a function's role."
  }

  # Package

  assert {
    condition     = alltrue([for function in aws_lambda_function.functions : fileexists(function.filename)])
    error_message = "The zip must have been built before the functions."
  }

  # Outputs

  assert {
    condition     = output.websocket_url == "wss://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod" && output.management_endpoint == "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"
    error_message = "Clients connect by wss, publishers post by https, both to the stage."
  }

  assert {
    condition     = output.api_id == "a1b2c3d4e5" && output.stage_name == "prod" && output.table_name == "websocket-connections" && output.table_arn == "arn:aws:dynamodb:us-east-1:111122223333:table/mock"
    error_message = "The outputs must name the API, the stage and the table."
  }

  assert {
    condition     = output.function_names == { for key in ["connect", "default", "disconnect"] : key => "websocket-${key}" } && output.function_arns == { for key in ["connect", "default", "disconnect"] : key => "arn:aws:lambda:us-east-1:111122223333:function:websocket-${key}" }
    error_message = "The outputs must name the functions and their ARNs by key."
  }

  assert {
    condition = jsondecode(output.publisher_policy_json) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "ManageConnections"
          Effect   = "Allow"
          Action   = ["execute-api:ManageConnections"]
          Resource = [for verb in ["DELETE", "GET", "POST"] : "arn:aws:execute-api:us-east-1:111122223333:a1b2c3d4e5/prod/${verb}/@connections/*"]
        },
        {
          Sid      = "UseConnectionTable"
          Effect   = "Allow"
          Action   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
          Resource = ["arn:aws:dynamodb:us-east-1:111122223333:table/mock"]
        },
      ]
    }
    error_message = "A publisher may use the connections of this API and stage, and the table in which they are."
  }
}
