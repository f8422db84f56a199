# One function and everything that can invoke it, beside the least of a WebSocket API.
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
  description = "Zip with the module worker, whose function handler takes every event."
  type        = string
}

variable "queue_arn" {
  description = "The queue to read, if there is one: the provider takes 25 seconds to make one."
  type        = string
  default     = null
}

variable "batch_size" {
  description = "How many messages of the queue an event has at most."
  type        = number
  default     = 10
}

variable "enabled" {
  description = "Whether the queue is read."
  type        = bool
  default     = true
}

resource "aws_lambda_function" "worker" {
  function_name    = "worker"
  role             = aws_iam_role.worker.arn
  handler          = "worker.handler"
  runtime          = "python3.13"
  timeout          = 1
  filename         = var.package_path
  source_code_hash = filebase64sha256(var.package_path)

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.worker.name
  }

  depends_on = [aws_iam_role_policy.worker]
}

resource "aws_cloudwatch_log_group" "worker" {
  name = "/aws/lambda/worker"
}

resource "aws_iam_role" "worker" {
  name = "worker"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "worker" {
  name = "worker"
  role = aws_iam_role.worker.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        Resource = "arn:aws:sqs:*:*:messages"
      },
      {
        Effect = "Allow"
        Action = [
          "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator",
          "dynamodb:ListStreams",
        ]
        Resource = aws_dynamodb_table.items.stream_arn
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.worker.arn}:*"
      },
    ]
  })
}

resource "aws_lambda_event_source_mapping" "messages" {
  count = var.queue_arn == null ? 0 : 1

  event_source_arn        = var.queue_arn
  function_name           = aws_lambda_function.worker.arn
  batch_size              = var.batch_size
  enabled                 = var.enabled
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = 2
  }

  depends_on = [aws_iam_role_policy.worker]
}

resource "aws_dynamodb_table" "items" {
  name             = "items"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "pk"
  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"

  attribute {
    name = "pk"
    type = "S"
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }
}

resource "aws_lambda_event_source_mapping" "items" {
  event_source_arn               = aws_dynamodb_table.items.stream_arn
  function_name                  = aws_lambda_function.worker.arn
  starting_position              = "LATEST"
  bisect_batch_on_function_error = true
  maximum_retry_attempts         = 3

  filter_criteria {
    filter {
      pattern = jsonencode({ eventName = ["INSERT", "REMOVE"] })
    }
  }

  depends_on = [aws_iam_role_policy.worker]
}

resource "aws_sns_topic" "news" {
  name = "news"
}

resource "aws_sns_topic_subscription" "news" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.worker.arn
}

resource "aws_cloudwatch_event_rule" "orders" {
  name          = "orders"
  event_pattern = jsonencode({ source = ["shop"] })
}

resource "aws_cloudwatch_event_target" "orders" {
  rule = aws_cloudwatch_event_rule.orders.name
  arn  = aws_lambda_function.worker.arn
}

resource "aws_lambda_permission" "worker" {
  for_each = {
    "sns.amazonaws.com"    = aws_sns_topic.news.arn
    "events.amazonaws.com" = aws_cloudwatch_event_rule.orders.arn
  }

  statement_id  = split(".", each.key)[0]
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.worker.function_name
  principal     = each.key
  source_arn    = each.value
}

resource "aws_apigatewayv2_api" "nothing" {
  name                       = "nothing"
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
}

resource "aws_apigatewayv2_integration" "nothing" {
  api_id           = aws_apigatewayv2_api.nothing.id
  integration_type = "MOCK"
}

resource "aws_apigatewayv2_route" "nothing" {
  api_id    = aws_apigatewayv2_api.nothing.id
  route_key = "$default"
  target    = "integrations/${aws_apigatewayv2_integration.nothing.id}"
}

resource "aws_apigatewayv2_deployment" "nothing" {
  api_id = aws_apigatewayv2_api.nothing.id

  depends_on = [aws_apigatewayv2_route.nothing]
}

resource "aws_apigatewayv2_stage" "nothing" {
  api_id        = aws_apigatewayv2_api.nothing.id
  name          = "prod"
  deployment_id = aws_apigatewayv2_deployment.nothing.id

  default_route_settings {
    throttling_rate_limit  = 100
    throttling_burst_limit = 50
  }
}

output "topic_arn" {
  description = "The topic that the function is subscribed to."
  value       = aws_sns_topic.news.arn
}
