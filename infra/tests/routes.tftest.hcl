# What routes may be.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = {
    app    = { handler = "handlers.default.handler", timeout = 29 }
    worker = { handler = "handlers.default.handler", timeout = 900 }
  }
  routes = { "$default" = { function = "app" } }
}

run "routes_share_one_integration" {
  command = plan

  variables {
    route_selection_expression = "$request.body.type"
    routes = {
      "$default"   = { function = "app" }
      "join/$room" = { function = "app" }
    }
  }

  assert {
    condition     = aws_apigatewayv2_api.websocket[0].route_selection_expression == "$request.body.type" && aws_apigatewayv2_route.websocket["join/$room"].route_key == "join/$room"
    error_message = "The expression must be taken as it is, and so must a key that does not begin with a dollar."
  }

  assert {
    condition     = keys(aws_apigatewayv2_integration.websocket) == ["app"] && length(aws_apigatewayv2_route.websocket) == 2
    error_message = "Two routes of one function must share its integration; a function that no route names has none."
  }

  assert {
    condition     = toset(keys(aws_lambda_permission.routes)) == toset(["$default", "join/$room"])
    error_message = "Each route must have a permission of its own."
  }
}

run "two_way_makes_the_expression_and_the_response" {
  command = plan

  variables {
    routes = {
      "$connect" = { function = "app", two_way = false }
      "$default" = { function = "app", two_way = true }
      "join"     = { function = "app", two_way = true }
    }
  }

  assert {
    condition     = aws_apigatewayv2_route.websocket["join"].route_response_selection_expression == "$default" && keys(aws_apigatewayv2_route_response.websocket) == ["$default", "join"]
    error_message = "A two-way route needs both the selection expression and the response."
  }

  assert {
    condition     = aws_apigatewayv2_route.websocket["$connect"].route_response_selection_expression == null
    error_message = "A one-way route has no response."
  }
}

run "routes_accept_29_seconds_and_leave_workers_alone" {
  command = plan

  assert {
    condition     = aws_lambda_function.functions["app"].timeout == 29 && aws_lambda_function.functions["worker"].timeout == 900
    error_message = "Only functions that a route names are held to 29 seconds."
  }
}

run "routes_accept_300" {
  command = plan

  variables {
    routes = { for number in range(300) : "route-${number}" => { function = "app" } }
  }

  assert {
    condition     = length(aws_apigatewayv2_route.websocket) == 300 && length(aws_apigatewayv2_integration.websocket) == 1
    error_message = "300 routes must be possible, with one integration."
  }
}
