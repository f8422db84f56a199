# The API that the benchmarks of local_aws load: a Python function that sends every message back.
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

locals {
  routes = toset(["$connect", "$default", "$disconnect", "whoami"])
}

resource "aws_apigatewayv2_api" "echo" {
  name                       = "benchmark"
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
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
  route_response_selection_expression = "$default"
}

resource "aws_apigatewayv2_route_response" "echo" {
  for_each = aws_apigatewayv2_route.echo

  api_id             = aws_apigatewayv2_api.echo.id
  route_id           = each.value.id
  route_response_key = "$default"
}

resource "aws_apigatewayv2_deployment" "echo" {
  api_id     = aws_apigatewayv2_api.echo.id
  depends_on = [aws_apigatewayv2_route_response.echo]
}

resource "aws_apigatewayv2_stage" "echo" {
  api_id        = aws_apigatewayv2_api.echo.id
  name          = "prod"
  deployment_id = aws_apigatewayv2_deployment.echo.id
}

resource "aws_lambda_function" "echo" {
  function_name    = "benchmark"
  role             = aws_iam_role.echo.arn
  handler          = "echo.handler"
  runtime          = "python3.13"
  memory_size      = 256
  filename         = var.package_path
  source_code_hash = filebase64sha256(var.package_path)
}

resource "aws_lambda_permission" "echo" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.echo.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.echo.execution_arn}/*"
}

resource "aws_iam_role" "echo" {
  name = "benchmark"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}
