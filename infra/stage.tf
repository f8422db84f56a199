locals {
  # In one line, and without anything that a client writes.
  access_log_default_format = jsonencode({
    requestId         = "$context.requestId"
    requestTime       = "$context.requestTime"
    eventType         = "$context.eventType"
    routeKey          = "$context.routeKey"
    connectionId      = "$context.connectionId"
    messageId         = "$context.messageId"
    sourceIp          = "$context.identity.sourceIp"
    status            = "$context.status"
    error             = "$context.error.message"
    errorType         = "$context.error.responseType"
    authorizerStatus  = "$context.authorizer.status"
    authorizerError   = "$context.authorizer.error"
    authorizerLatency = "$context.authorizer.latency"
    integrationStatus = "$context.integration.status"
    integrationError  = "$context.integration.error"
    lambdaStatus      = "$context.integration.integrationStatus"
    latency           = "$context.integrationLatency"
    principalId       = "$context.authorizer.principalId"
  })
  access_log_format = coalesce(try(var.stage.access_logs.format, null), local.access_log_default_format)

  # All that a deployment freezes, so that another value makes another deployment.
  deployment_hash = sha256(jsonencode([
    var.route_selection_expression, local.default_address_disabled,
    local.integrations, local.routes, local.models, local.authorizers,
  ]))
}

# A frozen copy of the API, made again whenever one of its parts changes.
resource "aws_apigatewayv2_deployment" "websocket" {
  count = var.create ? 1 : 0

  api_id = local.api_id

  triggers = {
    redeployment = local.deployment_hash
  }

  lifecycle {
    # The stage must have moved to the new deployment before the old one can go.
    create_before_destroy = true
  }

  depends_on = [
    aws_apigatewayv2_authorizer.websocket,
    aws_apigatewayv2_integration.websocket,
    aws_apigatewayv2_integration_response.websocket,
    aws_apigatewayv2_model.websocket,
    aws_apigatewayv2_route.websocket,
    aws_apigatewayv2_route_response.websocket,
  ]
}

# The stage serves one deployment, under limits.
resource "aws_apigatewayv2_stage" "websocket" {
  #checkov:skip=CKV_AWS_76: access logs need a logging role that is one for the whole account, which a module must not set unasked.
  #checkov:skip=CKV2_AWS_51: a client certificate shows an HTTP backend who calls; Lambda knows by its permissions.
  count = var.create ? 1 : 0

  api_id          = local.api_id
  name            = var.stage.name
  deployment_id   = aws_apigatewayv2_deployment.websocket[0].id
  stage_variables = var.stage.variables
  tags            = var.tags

  # Both limits, because the provider sends one left out as 0, and then everything is answered 429.
  default_route_settings {
    throttling_rate_limit    = var.stage.throttle.rate_limit
    throttling_burst_limit   = var.stage.throttle.burst_limit
    logging_level            = var.stage.execution_logs
    data_trace_enabled       = var.stage.data_trace
    detailed_metrics_enabled = var.stage.detailed_metrics
  }

  # A route's settings replace the stage's, so these hold the merged values.
  dynamic "route_settings" {
    for_each = {
      for route_key, route in var.create ? var.routes : {} : route_key => route.throttle
      if route.throttle.rate_limit != null || route.throttle.burst_limit != null
    }

    content {
      route_key                = route_settings.key
      throttling_rate_limit    = coalesce(route_settings.value.rate_limit, var.stage.throttle.rate_limit)
      throttling_burst_limit   = coalesce(route_settings.value.burst_limit, var.stage.throttle.burst_limit)
      logging_level            = var.stage.execution_logs
      data_trace_enabled       = var.stage.data_trace
      detailed_metrics_enabled = var.stage.detailed_metrics
    }
  }

  dynamic "access_log_settings" {
    for_each = aws_cloudwatch_log_group.access_logs

    content {
      destination_arn = access_log_settings.value.arn
      format          = local.access_log_format
    }
  }

  lifecycle {
    # A domain and a usage plan must have moved to the new stage before the old one can go.
    create_before_destroy = true
  }

  # Nobody connects before the functions may be called.
  depends_on = [aws_lambda_permission.authorizer, aws_lambda_permission.routes]
}

# Where the access logs go.
resource "aws_cloudwatch_log_group" "access_logs" {
  #checkov:skip=CKV_AWS_158: CloudWatch Logs encrypts with a key of its own; stage.access_logs.kms_key_arn takes another.
  #checkov:skip=CKV_AWS_338: how long to keep logs is the user's choice and cost: stage.access_logs.retention_in_days.
  count = var.create && var.stage.access_logs != null ? 1 : 0

  name              = "/aws/apigateway/${var.name}/${var.stage.name}/access"
  retention_in_days = var.stage.access_logs.retention_in_days
  kms_key_id        = var.stage.access_logs.kms_key_arn
  tags              = var.tags
}
