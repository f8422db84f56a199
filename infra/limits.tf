# What AWS allows, for the rules in the variables' files and for nothing that is made.
locals {
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

  # Scan is left out: it reads every row of the table, and no access pattern of websocket_api needs it.
  table_actions = [
    "BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem",
    "Query", "UpdateItem",
  ]

  connection_verbs = ["DELETE", "GET", "POST"]
}
