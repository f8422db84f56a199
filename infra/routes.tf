# The resources below read these values and nothing else that shapes a deployment, so the hash over
# them in stage.tf misses nothing. They come from inputs alone: what a resource computes is unknown
# while planning and would make the final plan inconsistent.
locals {
  integrations = {
    for key in toset([for route in var.routes : route.function]) : key => {
      integration_type     = "AWS_PROXY"
      integration_method   = "POST"
      function_name        = local.function_names[key]
      timeout_milliseconds = 29000
    }
  }

  routes = {
    for route_key, route in var.routes : route_key => {
      integration                         = route.function
      authorization_type                  = "NONE"
      route_response_selection_expression = route.two_way ? "$default" : null
    }
  }
}

# What a route calls: one integration for each function, shared by its routes.
resource "aws_apigatewayv2_integration" "websocket" {
  for_each = local.integrations

  api_id               = aws_apigatewayv2_api.websocket.id
  integration_type     = each.value.integration_type
  integration_method   = each.value.integration_method
  integration_uri      = aws_lambda_function.functions[each.key].invoke_arn
  timeout_milliseconds = each.value.timeout_milliseconds

  lifecycle {
    # A route must have moved to its new integration before API Gateway lets the old one go.
    create_before_destroy = true
  }
}

# The routes, by route key.
resource "aws_apigatewayv2_route" "websocket" {
  #checkov:skip=CKV_AWS_309: an echo for anyone is what this root is; only $connect could carry an authorizer.
  for_each = local.routes

  api_id                              = aws_apigatewayv2_api.websocket.id
  route_key                           = each.key
  target                              = "integrations/${aws_apigatewayv2_integration.websocket[each.value.integration].id}"
  authorization_type                  = each.value.authorization_type
  route_response_selection_expression = each.value.route_response_selection_expression
}

# The other half of two_way: without it the reply's body is dropped.
resource "aws_apigatewayv2_route_response" "websocket" {
  for_each = { for route_key, route in local.routes : route_key => route if route.route_response_selection_expression != null }

  api_id             = aws_apigatewayv2_api.websocket.id
  route_id           = aws_apigatewayv2_route.websocket[each.key].id
  route_response_key = each.value.route_response_selection_expression
}

# API Gateway may call a function from the routes that name it, and from nowhere else.
resource "aws_lambda_permission" "routes" {
  for_each = var.routes

  statement_id = "route-${sha1("${var.stage.name}/${each.key}")}"
  action       = "lambda:InvokeFunction"
  principal    = "apigateway.amazonaws.com"
  source_arn   = "${aws_apigatewayv2_api.websocket.execution_arn}/${var.stage.name}/${each.key}"

  # By ARN, because a function made anew has lost its permissions, and only its ARN tells Terraform so.
  function_name = aws_lambda_function.functions[each.value.function].arn

  lifecycle {
    # The stage goes on calling by the old deployment until the new one is there.
    create_before_destroy = true
  }
}
