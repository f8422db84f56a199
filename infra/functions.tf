locals {
  functions      = { for key, function in merge(var.functions, local.jwt_functions, local.fanout_functions) : key => function if var.create }
  function_names = { for key in keys(local.functions) : key => "${var.name}-${key}" }

  # Those that run from the functions' zip.
  packaged_functions = merge(var.functions, local.fanout_functions)

  # From which zip each function runs.
  function_packages = merge(
    { for key in keys(local.packaged_functions) : key => "functions" },
    { for key in keys(local.jwt_functions) : key => key },
  )

  # lambda_src/websocket_api/environment.py reads what this module adds.
  function_environments = merge(
    {
      for key, function in local.packaged_functions : key => merge(
        function.environment,
        local.metrics_environment,
        { for name, value in local.fanout_environment : name => value if function.publishes },
        {
          WEBSOCKET_CONNECTION_TTL_SECONDS = tostring(var.table.connection_ttl_seconds)
          WEBSOCKET_LOG_LEVEL              = function.log_level
          WEBSOCKET_MANAGEMENT_ENDPOINT    = local.management_endpoint
          WEBSOCKET_TABLE_NAME             = local.table.name
        },
      )
    },
    { for key, function in local.jwt_functions : key => function.environment },
  )

  # Each has its own version of the code behind it, whatever is published later.
  aliased_functions = { for key, function in local.functions : key => function if function.alias != null }
}

# The functions that answer the routes.
resource "aws_lambda_function" "functions" {
  #checkov:skip=CKV_AWS_50: X-Ray costs by the trace and finds nothing in functions that make one AWS call; functions.tracing turns it on.
  #checkov:skip=CKV_AWS_115: the stage's throttle bounds concurrency; reserving it would take it from the account's other functions.
  #checkov:skip=CKV_AWS_116: API Gateway invokes synchronously, so no failed event ever reaches a dead-letter queue.
  #checkov:skip=CKV_AWS_117: the functions call public AWS endpoints only; a VPC would need a NAT gateway for that.
  #checkov:skip=CKV_AWS_173: the environment holds names and addresses, no secret.
  #checkov:skip=CKV_AWS_272: code signing needs a signing profile, which an account without one cannot make up here.
  for_each = local.functions

  function_name                  = local.function_names[each.key]
  role                           = aws_iam_role.functions[each.key].arn
  handler                        = each.value.handler
  runtime                        = each.value.runtime
  architectures                  = [each.value.architecture]
  memory_size                    = each.value.memory_size
  timeout                        = each.value.timeout
  layers                         = each.value.layers
  reserved_concurrent_executions = each.value.reserved_concurrency
  publish                        = each.value.alias != null
  filename                       = local.packages[local.function_packages[each.key]].path
  s3_bucket                      = one(local.packages[local.function_packages[each.key]].s3[*].bucket)
  s3_key                         = one(local.packages[local.function_packages[each.key]].s3[*].key)
  s3_object_version              = one(local.packages[local.function_packages[each.key]].s3[*].object_version)
  source_code_hash               = local.packages[local.function_packages[each.key]].hash
  tags                           = var.tags

  environment {
    variables = local.function_environments[each.key]
  }

  ephemeral_storage {
    size = each.value.ephemeral_storage
  }

  tracing_config {
    mode = each.value.tracing ? "Active" : "PassThrough"
  }

  dynamic "vpc_config" {
    for_each = each.value.vpc[*]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  dynamic "snap_start" {
    for_each = each.value.snap_start ? ["PublishedVersions"] : []

    content {
      apply_on = snap_start.value
    }
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
  #checkov:skip=CKV_AWS_158: CloudWatch Logs encrypts with a key of its own; message bodies are not logged. functions.log_kms_key_arn takes another.
  #checkov:skip=CKV_AWS_338: how long to keep logs is the user's choice and cost: log_retention_in_days.
  for_each = local.functions

  name              = "/aws/lambda/${local.function_names[each.key]}"
  retention_in_days = each.value.log_retention_in_days
  kms_key_id        = each.value.log_kms_key_arn
  tags              = var.tags
}

# A name for the version that routes call, and for the few requests in a hundred that try another one.
resource "aws_lambda_alias" "functions" {
  for_each = local.aliased_functions

  name             = each.value.alias.name
  description      = "What the routes of ${var.name} call."
  function_name    = aws_lambda_function.functions[each.key].function_name
  function_version = coalesce(each.value.alias.version, aws_lambda_function.functions[each.key].version)

  dynamic "routing_config" {
    for_each = length(each.value.alias.weights) > 0 ? [each.value.alias.weights] : []

    content {
      additional_version_weights = routing_config.value
    }
  }
}

# Execution environments that are kept ready, so that no request waits for one to start.
resource "aws_lambda_provisioned_concurrency_config" "functions" {
  for_each = { for key, function in local.aliased_functions : key => function if function.provisioned_concurrency > 0 }

  function_name                     = aws_lambda_function.functions[each.key].function_name
  qualifier                         = aws_lambda_alias.functions[each.key].name
  provisioned_concurrent_executions = each.value.provisioned_concurrency
}
