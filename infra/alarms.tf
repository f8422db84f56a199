locals {
  alarm_settings = var.create && var.alarms != null ? [var.alarms] : []

  api_metric = {
    namespace  = "AWS/ApiGateway"
    dimensions = { ApiId = local.api_id, Stage = var.stage.name }
    statistic  = "Sum"
  }

  # Every alarm, by the last part of its name.
  # Amazon API Gateway Developer Guide, "Monitor WebSocket API execution with CloudWatch metrics";
  # AWS Lambda Developer Guide, "Types of metrics for Lambda functions";
  # Amazon DynamoDB Developer Guide, "DynamoDB metrics and dimensions".
  alarms = merge(flatten([
    for settings in local.alarm_settings : concat(
      [{
        api-client-errors = merge(local.api_metric, {
          metric_name = "ClientError"
          threshold   = settings.thresholds.client_errors
          description = "API Gateway refused requests. The access logs say which, and why."
        })
        api-integration-errors = merge(local.api_metric, {
          metric_name = "IntegrationError"
          threshold   = settings.thresholds.integration_errors
          description = "Integrations answered with errors. Their own logs say why."
        })
        api-execution-errors = merge(local.api_metric, {
          metric_name = "ExecutionError"
          threshold   = settings.thresholds.execution_errors
          description = "Integrations could not be called. The execution logs say why."
        })
        api-integration-latency = merge(local.api_metric, {
          metric_name = "IntegrationLatency"
          statistic   = "p99"
          threshold   = settings.thresholds.integration_latency
          description = "Integrations are slow. API Gateway gives up after 29 seconds."
        })
      }],
      [
        for key, name in local.function_names : {
          for metric, alarm in {
            Errors    = { threshold = settings.thresholds.function_errors, description = "Invocations of ${name} failed. Its log says why." }
            Throttles = { threshold = settings.thresholds.function_throttles, description = "Lambda refused invocations of ${name}. Raise its concurrency, or lower the stage's throttle." }
            } : "function-${key}-${lower(metric)}" => merge(alarm, {
              namespace   = "AWS/Lambda"
              dimensions  = { FunctionName = name }
              statistic   = "Sum"
              metric_name = metric
          })
        }
      ],
      [{
        for direction in ["Read", "Write"] : "table-${lower(direction)}-throttles" => {
          namespace   = "AWS/DynamoDB"
          dimensions  = { TableName = local.table.name }
          statistic   = "Sum"
          metric_name = "${direction}ThrottleEvents"
          threshold   = settings.thresholds.table_throttles
          description = "DynamoDB refused to ${lower(direction)}. Look for one key that takes most of the traffic."
        }
      }],
      [local.fanout_alarms, local.metrics_alarms],
    )
  ])...)
}

# Tell the topics when something is wrong, and when it is well again.
resource "aws_cloudwatch_metric_alarm" "alarms" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric_name
  dimensions          = each.value.dimensions
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  period              = var.alarms.period
  evaluation_periods  = 1
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  alarm_actions       = var.alarms.topic_arns
  ok_actions          = var.alarms.topic_arns
  tags                = var.tags

  # AWS sends no data when nothing happens.
  treat_missing_data = "notBreaching"

  # Of a few slow requests the slowest would be the 99th percentile, so they are too few to judge by.
  evaluate_low_sample_count_percentiles = startswith(each.value.statistic, "p") ? "ignore" : null
}
