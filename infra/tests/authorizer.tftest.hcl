# Who may decide on a connection.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = {
    app   = { handler = "handlers.default.handler" }
    guard = { handler = "handlers.default.handler" }
  }
  routes = {
    "$connect" = { function = "app", authorizer = true }
    "$default" = { function = "app" }
  }
  authorizer = { function = "guard", identity_sources = ["route.request.querystring.token"] }
}

run "own_function_decides_on_connect_alone" {
  assert {
    condition     = aws_apigatewayv2_authorizer.websocket[0].authorizer_type == "REQUEST" && aws_apigatewayv2_authorizer.websocket[0].authorizer_uri == aws_lambda_function.functions["guard"].invoke_arn && toset(aws_apigatewayv2_authorizer.websocket[0].identity_sources) == toset(["route.request.querystring.token"])
    error_message = "The authorizer must be the function, asked with what identifies the client."
  }

  assert {
    condition     = aws_apigatewayv2_route.websocket["$connect"].authorization_type == "CUSTOM" && aws_apigatewayv2_route.websocket["$connect"].authorizer_id == aws_apigatewayv2_authorizer.websocket[0].id && aws_apigatewayv2_route.websocket["$default"].authorization_type == "NONE" && output.authorizer_id == aws_apigatewayv2_authorizer.websocket[0].id
    error_message = "Only $connect may be guarded."
  }

  assert {
    condition     = aws_lambda_permission.authorizer[0].source_arn == "arn:aws:execute-api:us-east-1:111122223333:a1b2c3d4e5/authorizers/${aws_apigatewayv2_authorizer.websocket[0].id}" && aws_lambda_permission.authorizer[0].function_name == aws_lambda_function.functions["guard"].arn
    error_message = "Only this authorizer may invoke the function."
  }
}

run "function_from_elsewhere_can_decide" {
  command = plan

  variables {
    authorizer = { function_arn = "arn:aws:lambda:us-east-1:111122223333:function:guard:live" }
  }

  assert {
    condition     = aws_lambda_permission.authorizer[0].function_name == "arn:aws:lambda:us-east-1:111122223333:function:guard" && aws_lambda_permission.authorizer[0].qualifier == "live"
    error_message = "The alias must allow the authorizer."
  }
}

run "credentials_take_the_place_of_a_permission" {
  command = plan

  variables {
    authorizer = { function = "guard", credentials_arn = "arn:aws:iam::111122223333:role/invoker" }
  }

  assert {
    condition     = length(aws_lambda_permission.authorizer) == 0 && aws_apigatewayv2_authorizer.websocket[0].authorizer_credentials_arn == "arn:aws:iam::111122223333:role/invoker"
    error_message = "With a role there must be no permission."
  }
}

run "iam_decides_without_a_function" {
  command = plan

  variables {
    authorizer = { iam = true }
  }

  assert {
    condition     = aws_apigatewayv2_route.websocket["$connect"].authorization_type == "AWS_IAM" && length(aws_apigatewayv2_authorizer.websocket) == 0 && length(aws_lambda_permission.authorizer) == 0
    error_message = "IAM needs no authorizer."
  }
}
