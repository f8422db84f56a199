# A frozen copy of the API, made again whenever one of its parts changes.
resource "aws_apigatewayv2_deployment" "websocket" {
  api_id = aws_apigatewayv2_api.websocket.id

  triggers = {
    redeployment = sha256(jsonencode([var.route_selection_expression, local.integrations, local.routes]))
  }

  lifecycle {
    # The stage must have moved to the new deployment before the old one can go.
    create_before_destroy = true
  }

  depends_on = [
    aws_apigatewayv2_integration.websocket,
    aws_apigatewayv2_route.websocket,
    aws_apigatewayv2_route_response.websocket,
  ]
}

# The stage serves one deployment, under limits.
resource "aws_apigatewayv2_stage" "websocket" {
  #checkov:skip=CKV_AWS_76: access logs need a logging role that is one for the whole account, which a module must not set unasked.
  #checkov:skip=CKV2_AWS_51: a client certificate shows an HTTP backend who calls; Lambda knows by its permissions.
  api_id        = aws_apigatewayv2_api.websocket.id
  name          = var.stage.name
  deployment_id = aws_apigatewayv2_deployment.websocket.id
  tags          = var.tags

  # Both limits, because the provider sends one left out as 0, and then everything is answered 429.
  default_route_settings {
    throttling_rate_limit  = var.stage.throttle.rate_limit
    throttling_burst_limit = var.stage.throttle.burst_limit
  }

  # A route's settings replace the stage's, so these hold the merged values.
  dynamic "route_settings" {
    for_each = {
      for route_key, route in var.routes : route_key => route.throttle
      if route.throttle.rate_limit != null || route.throttle.burst_limit != null
    }

    content {
      route_key              = route_settings.key
      throttling_rate_limit  = coalesce(route_settings.value.rate_limit, var.stage.throttle.rate_limit)
      throttling_burst_limit = coalesce(route_settings.value.burst_limit, var.stage.throttle.burst_limit)
    }
  }

  # Nobody connects before the functions may be called.
  depends_on = [aws_lambda_permission.routes]
}
