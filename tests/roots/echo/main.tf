# A WebSocket API that sends every message back: the smallest root with a bit of each service.
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

variable "name" {
  description = "Name of everything in this root, so that several can stand side by side."
  type        = string
  default     = "echo"
}

variable "custom_routes" {
  description = "Route keys beside $connect, $default and $disconnect."
  type        = set(string)
  default     = []
}

variable "throttling_rate_limit" {
  description = "Requests a second of the stage."
  type        = number
  default     = 100
}

variable "tags" {
  description = "Tags of everything that takes some."
  type        = map(string)
  default     = {}
}

variable "log_format" {
  description = "Text or JSON."
  type        = string
  default     = "Text"
}

variable "memory_size" {
  description = "Memory of the function in MB."
  type        = number
  default     = 128
}

locals {
  routes = setunion(["$connect", "$default", "$disconnect"], var.custom_routes)
}

resource "aws_apigatewayv2_api" "echo" {
  name                       = var.name
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
  tags                       = var.tags
}

resource "aws_apigatewayv2_integration" "echo" {
  api_id             = aws_apigatewayv2_api.echo.id
  integration_type   = "AWS_PROXY"
  integration_method = "POST"
  integration_uri    = aws_lambda_function.echo.invoke_arn
}

resource "aws_apigatewayv2_route" "echo" {
  for_each = local.routes

  api_id                              = aws_apigatewayv2_api.echo.id
  route_key                           = each.key
  target                              = "integrations/${aws_apigatewayv2_integration.echo.id}"
  route_response_selection_expression = each.key == "$default" ? "$default" : null
}

resource "aws_apigatewayv2_route_response" "echo" {
  api_id             = aws_apigatewayv2_api.echo.id
  route_id           = aws_apigatewayv2_route.echo["$default"].id
  route_response_key = "$default"
}

resource "aws_apigatewayv2_deployment" "echo" {
  api_id   = aws_apigatewayv2_api.echo.id
  triggers = { redeployment = sha256(jsonencode(local.routes)) }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_apigatewayv2_route.echo, aws_apigatewayv2_route_response.echo]
}

resource "aws_apigatewayv2_stage" "echo" {
  api_id        = aws_apigatewayv2_api.echo.id
  name          = "prod"
  deployment_id = aws_apigatewayv2_deployment.echo.id
  tags          = var.tags

  default_route_settings {
    throttling_rate_limit  = var.throttling_rate_limit
    throttling_burst_limit = 50
  }

  dynamic "route_settings" {
    for_each = var.custom_routes

    content {
      route_key              = route_settings.value
      throttling_rate_limit  = 1
      throttling_burst_limit = 1
    }
  }

  depends_on = [aws_apigatewayv2_route.echo]
}

resource "aws_lambda_function" "echo" {
  function_name    = var.name
  role             = aws_iam_role.echo.arn
  handler          = "echo.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = var.memory_size
  timeout          = 5
  filename         = var.package_path
  source_code_hash = filebase64sha256(var.package_path)
  tags             = var.tags

  environment {
    variables = { TABLE_NAME = aws_dynamodb_table.echo.name }
  }

  logging_config {
    log_format = var.log_format
    log_group  = aws_cloudwatch_log_group.echo.name
  }

  depends_on = [aws_iam_role_policy.echo]
}

resource "aws_lambda_permission" "echo" {
  for_each = local.routes

  statement_id  = "route-${sha1(each.key)}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.echo.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.echo.execution_arn}/prod/${each.key}"
}

resource "aws_cloudwatch_log_group" "echo" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = 7
  tags              = var.tags
}

resource "aws_iam_role" "echo" {
  name = var.name
  tags = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "echo" {
  name = "echo"
  role = aws_iam_role.echo.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.echo.arn}:*"
      },
      {
        Effect   = "Allow"
        Action   = "dynamodb:PutItem"
        Resource = aws_dynamodb_table.echo.arn
      },
    ]
  })
}

resource "aws_dynamodb_table" "echo" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = false
  tags                        = var.tags

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  server_side_encryption {
    enabled = true
  }

  point_in_time_recovery {
    enabled = true
  }
}

output "websocket_url" {
  description = "Address to which WebSocket clients connect."
  value       = "${aws_apigatewayv2_api.echo.api_endpoint}/${aws_apigatewayv2_stage.echo.name}"
}

output "api_id" {
  description = "Identifier of the API."
  value       = aws_apigatewayv2_api.echo.id
}

output "deployment_id" {
  description = "Identifier of the deployment that the stage serves."
  value       = aws_apigatewayv2_stage.echo.deployment_id
}
