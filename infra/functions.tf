locals {
  function_names = { for key in keys(var.functions) : key => "${var.name}-${key}" }

  # AWS Lambda, "Working with Lambda environment variables": the reserved ones, but for two that begin
  # with '_', which no name may.
  lambda_variables = [
    "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
  ]

  # Amazon CloudWatch Logs API, PutRetentionPolicy; 0 is the provider's word for forever.
  log_retention_periods = [
    0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
    1096, 1827, 2192, 2557, 2922, 3288, 3653,
  ]
}

# The functions that answer the routes.
resource "aws_lambda_function" "functions" {
  #checkov:skip=CKV_AWS_50: X-Ray costs by the trace and finds nothing in functions that make one AWS call.
  #checkov:skip=CKV_AWS_115: the stage's throttle bounds concurrency; reserving it would take it from the account's other functions.
  #checkov:skip=CKV_AWS_116: API Gateway invokes synchronously, so no failed event ever reaches a dead-letter queue.
  #checkov:skip=CKV_AWS_117: the functions call public AWS endpoints only; a VPC would need a NAT gateway for that.
  #checkov:skip=CKV_AWS_173: the environment holds names and addresses, no secret.
  #checkov:skip=CKV_AWS_272: code signing needs a signing profile, which an account without one cannot make up here.
  for_each = var.functions

  function_name    = local.function_names[each.key]
  role             = aws_iam_role.functions[each.key].arn
  handler          = each.value.handler
  runtime          = each.value.runtime
  architectures    = [each.value.architecture]
  memory_size      = each.value.memory_size
  timeout          = each.value.timeout
  filename         = local.package.path
  source_code_hash = local.package.hash
  tags             = var.tags

  environment {
    variables = merge(each.value.environment, {
      WEBSOCKET_CONNECTION_TTL_SECONDS = tostring(var.table.connection_ttl_seconds)
      WEBSOCKET_LOG_LEVEL              = each.value.log_level
      WEBSOCKET_MANAGEMENT_ENDPOINT    = local.management_endpoint
      WEBSOCKET_TABLE_NAME             = aws_dynamodb_table.connections.name
    })
  }

  # Names the group made below, so that it exists, with its retention, before the first line is logged.
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.functions[each.key].name
  }

  depends_on = [aws_iam_role_policy.functions, terraform_data.package]
}

# Where each function logs.
resource "aws_cloudwatch_log_group" "functions" {
  #checkov:skip=CKV_AWS_158: CloudWatch Logs encrypts with a key of its own; message bodies are not logged.
  #checkov:skip=CKV_AWS_338: how long to keep logs is the user's choice and cost: log_retention_in_days.
  for_each = var.functions

  name              = "/aws/lambda/${local.function_names[each.key]}"
  retention_in_days = each.value.log_retention_in_days
  tags              = var.tags
}
