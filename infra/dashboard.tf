locals {
  dashboard_dimensions = ["ApiId", local.api_id, "Stage", var.stage.name]

  # The graphs, each with a line for each metric.
  # Amazon CloudWatch API reference, "Dashboard Body Structure and Syntax".
  dashboard_graphs = [
    {
      title = "Connections made, and messages in both directions"
      lines = [for metric in ["ConnectCount", "MessageCount"] : concat(["AWS/ApiGateway", metric], local.dashboard_dimensions, [{ stat = "Sum" }])]
    },
    {
      title = "Errors of the API"
      lines = [for metric in ["ClientError", "IntegrationError", "ExecutionError"] : concat(["AWS/ApiGateway", metric], local.dashboard_dimensions, [{ stat = "Sum" }])]
    },
    {
      title = "Milliseconds that integrations take"
      lines = [for statistic in ["p50", "p99"] : concat(["AWS/ApiGateway", "IntegrationLatency"], local.dashboard_dimensions, [{ stat = statistic, label = statistic }])]
    },
    {
      title = "Invocations"
      lines = [for key, name in local.function_names : ["AWS/Lambda", "Invocations", "FunctionName", name, { stat = "Sum", label = key }]]
    },
    {
      title = "Invocations that failed or were refused"
      lines = [
        for pair in setproduct(keys(local.function_names), ["Errors", "Throttles"]) :
        ["AWS/Lambda", pair[1], "FunctionName", local.function_names[pair[0]], { stat = "Sum", label = "${pair[0]} ${lower(pair[1])}" }]
      ]
    },
    {
      title = "Milliseconds that functions run, 99th percentile"
      lines = [for key, name in local.function_names : ["AWS/Lambda", "Duration", "FunctionName", name, { stat = "p99", label = key }]]
    },
    {
      title = "Capacity units of the table"
      lines = [for direction in ["Read", "Write"] : ["AWS/DynamoDB", "Consumed${direction}CapacityUnits", "TableName", local.table.name, { stat = "Sum", label = lower(direction) }]]
    },
    {
      title = "Reads and writes that the table refused"
      lines = [for direction in ["Read", "Write"] : ["AWS/DynamoDB", "${direction}ThrottleEvents", "TableName", local.table.name, { stat = "Sum", label = lower(direction) }]]
    },
  ]
}

# All that is measured, on one page.
resource "aws_cloudwatch_dashboard" "websocket" {
  count = var.create && var.dashboard ? 1 : 0

  dashboard_name = var.name

  # CloudWatch places widgets from left to right and from top to bottom: three graphs to a row of 24.
  dashboard_body = jsonencode({
    widgets = concat(
      [
        # A widget shows at most 100 alarms.
        for alarms in chunklist(values(aws_cloudwatch_metric_alarm.alarms)[*].arn, 100) :
        { type = "alarm", width = 24, height = 3, properties = { title = "Alarms", alarms = alarms } }
      ],
      [
        for graph in concat(local.dashboard_graphs, local.metrics_graphs, local.fanout_graphs) : {
          type   = "metric"
          width  = 8
          height = 6
          properties = {
            title   = graph.title
            view    = "timeSeries"
            region  = local.region
            period  = 300
            metrics = graph.lines
          }
        } if length(graph.lines) > 0
      ],
    )
  })
}
