# What the local AWS adds to moto, on one API and one function: the control plane's own test applies it.
terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80, < 7.0"
    }
  }
}

variable "package_path" {
  description = "Zip with the module echo, whose function handler answers every route."
  type        = string
}

variable "canary" {
  description = "Share of the requests that the version before the newest answers, once there is one."
  type        = map(number)
  default     = {}
}

variable "rate_limit" {
  description = "Requests a second of each API key."
  type        = number
  default     = 0.5
}

variable "tags" {
  description = "Tags of everything that takes some."
  type        = map(string)
  default     = {}
}

locals {
  name   = "features"
  domain = "ws.example.com"
}

# The API

resource "aws_apigatewayv2_api" "features" {
  name                         = local.name
  protocol_type                = "WEBSOCKET"
  route_selection_expression   = "$request.body.action"
  disable_execute_api_endpoint = true
  tags                         = var.tags
}

resource "aws_apigatewayv2_model" "message" {
  api_id       = aws_apigatewayv2_api.features.id
  name         = "message"
  content_type = "application/json"
  schema       = jsonencode({ type = "object" })
}

resource "aws_apigatewayv2_authorizer" "token" {
  api_id           = aws_apigatewayv2_api.features.id
  name             = "token"
  authorizer_type  = "REQUEST"
  authorizer_uri   = aws_lambda_alias.live.invoke_arn
  identity_sources = ["route.request.header.Authorization"]
}

resource "aws_apigatewayv2_integration" "function" {
  api_id             = aws_apigatewayv2_api.features.id
  integration_type   = "AWS_PROXY"
  integration_method = "POST"
  integration_uri    = aws_lambda_alias.live.invoke_arn
}

resource "aws_apigatewayv2_integration" "mock" {
  api_id                        = aws_apigatewayv2_api.features.id
  integration_type              = "MOCK"
  template_selection_expression = "\\$default"
  request_templates             = { "$default" = jsonencode({ statusCode = 200 }) }
}

resource "aws_apigatewayv2_integration_response" "mock" {
  api_id                   = aws_apigatewayv2_api.features.id
  integration_id           = aws_apigatewayv2_integration.mock.id
  integration_response_key = "$default"
  response_templates       = { "$default" = "{}" }
}

resource "aws_apigatewayv2_route" "connect" {
  api_id             = aws_apigatewayv2_api.features.id
  route_key          = "$connect"
  target             = "integrations/${aws_apigatewayv2_integration.function.id}"
  authorization_type = "CUSTOM"
  authorizer_id      = aws_apigatewayv2_authorizer.token.id
  api_key_required   = true
}

resource "aws_apigatewayv2_route" "default" {
  api_id                     = aws_apigatewayv2_api.features.id
  route_key                  = "$default"
  target                     = "integrations/${aws_apigatewayv2_integration.mock.id}"
  model_selection_expression = "$request.body.action"
  request_models             = { "$default" = aws_apigatewayv2_model.message.name }
}

resource "aws_apigatewayv2_deployment" "features" {
  api_id = aws_apigatewayv2_api.features.id

  depends_on = [
    aws_apigatewayv2_integration_response.mock,
    aws_apigatewayv2_route.connect,
    aws_apigatewayv2_route.default,
  ]
}

resource "aws_apigatewayv2_stage" "prod" {
  api_id        = aws_apigatewayv2_api.features.id
  name          = "prod"
  deployment_id = aws_apigatewayv2_deployment.features.id
  tags          = var.tags

  default_route_settings {
    throttling_rate_limit  = 10
    throttling_burst_limit = 5
    logging_level          = "ERROR"
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.features["access"].arn
    format          = "$context.requestId"
  }

  depends_on = [aws_api_gateway_account.account]
}

# Logs, for which API Gateway needs a role of the account

resource "aws_cloudwatch_log_group" "features" {
  for_each = toset(["access", "function"])

  name = "${local.name}/${each.key}"
  tags = var.tags
}

resource "aws_iam_role" "logging" {
  name = "${local.name}-logging"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

resource "aws_api_gateway_account" "account" {
  cloudwatch_role_arn = aws_iam_role.logging.arn
}

# The function, its versions and what is set for them

resource "aws_lambda_function" "features" {
  function_name                  = local.name
  role                           = aws_iam_role.function.arn
  handler                        = "echo.handler"
  runtime                        = "python3.13"
  filename                       = var.package_path
  source_code_hash               = filebase64sha256(var.package_path)
  publish                        = true
  reserved_concurrent_executions = 0
  layers                         = [aws_lambda_layer_version.features.arn]
  tags                           = var.tags

  dead_letter_config {
    target_arn = aws_sns_topic.failed.arn
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.features["function"].name
  }

  snap_start {
    apply_on = "PublishedVersions"
  }

  depends_on = [aws_iam_role_policy.function]
}

resource "aws_lambda_layer_version" "features" {
  layer_name       = local.name
  filename         = var.package_path
  source_code_hash = filebase64sha256(var.package_path)
  skip_destroy     = false
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.features.function_name
  function_version = aws_lambda_function.features.version

  dynamic "routing_config" {
    for_each = length(var.canary) > 0 ? [var.canary] : []

    content {
      additional_version_weights = routing_config.value
    }
  }
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  function_name                     = aws_lambda_function.features.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = 1
}

resource "aws_lambda_function_event_invoke_config" "live" {
  function_name          = aws_lambda_function.features.function_name
  qualifier              = aws_lambda_alias.live.name
  maximum_retry_attempts = 0
}

resource "aws_lambda_permission" "live" {
  function_name = aws_lambda_function.features.function_name
  qualifier     = aws_lambda_alias.live.name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.features.execution_arn}/*"
}

resource "aws_iam_role" "function" {
  name = "${local.name}-function"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  name = "publish"
  role = aws_iam_role.function.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "sns:Publish"
      Resource = aws_sns_topic.failed.arn
    }]
  })
}

resource "aws_sns_topic" "failed" {
  name = "${local.name}-failed"
  tags = var.tags
}

# Who may connect, and how much

resource "aws_api_gateway_api_key" "phone" {
  name = "phone"
  tags = var.tags
}

resource "aws_api_gateway_usage_plan" "features" {
  name = local.name
  tags = var.tags

  api_stages {
    api_id = aws_apigatewayv2_api.features.id
    stage  = aws_apigatewayv2_stage.prod.name
  }

  throttle_settings {
    rate_limit  = var.rate_limit
    burst_limit = 2
  }

  quota_settings {
    limit  = 1000
    period = "DAY"
  }
}

resource "aws_api_gateway_usage_plan_key" "phone" {
  key_id        = aws_api_gateway_api_key.phone.id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.features.id
}

# Under which name; with no record in a DNS, as Route 53 would take half a minute

resource "aws_acm_certificate" "domain" {
  domain_name       = local.domain
  validation_method = "DNS"
  tags              = var.tags
}

resource "aws_acm_certificate_validation" "domain" {
  certificate_arn = aws_acm_certificate.domain.arn
}

resource "aws_apigatewayv2_domain_name" "domain" {
  domain_name = local.domain
  tags        = var.tags

  domain_name_configuration {
    certificate_arn = aws_acm_certificate_validation.domain.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_apigatewayv2_api_mapping" "domain" {
  api_id          = aws_apigatewayv2_api.features.id
  stage           = aws_apigatewayv2_stage.prod.name
  domain_name     = aws_apigatewayv2_domain_name.domain.domain_name
  api_mapping_key = "chat"
}

output "function_version" {
  description = "Version of the function that was published last."
  value       = aws_lambda_function.features.version
}
