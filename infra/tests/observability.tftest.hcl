# Alarms and the dashboard.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = {
    api = { handler = "handlers.default.handler" }
    app = { handler = "handlers.default.handler" }
  }
  routes       = { "$default" = { function = "app" } }
  package_path = "tests/observability.tftest.hcl" # any file: nothing runs it
}

run "alarms_watch_api_functions_and_table" {
  variables {
    tags = { team = "chat" }
    alarms = {
      topic_arns = ["arn:aws:sns:us-east-1:111122223333:alarms"]
      period     = 60
      thresholds = {
        client_errors       = 2
        integration_errors  = 3
        execution_errors    = 4
        integration_latency = 5.5
        function_errors     = 6
        function_throttles  = 7
        table_throttles     = 8
      }
    }
  }

  assert {
    condition = {
      for key, alarm in aws_cloudwatch_metric_alarm.alarms : key => [alarm.namespace, alarm.metric_name, jsonencode(alarm.dimensions), coalesce(alarm.statistic, alarm.extended_statistic), tostring(alarm.threshold)]
      } == {
      api-client-errors       = ["AWS/ApiGateway", "ClientError", "{\"ApiId\":\"a1b2c3d4e5\",\"Stage\":\"prod\"}", "Sum", "2"]
      api-integration-errors  = ["AWS/ApiGateway", "IntegrationError", "{\"ApiId\":\"a1b2c3d4e5\",\"Stage\":\"prod\"}", "Sum", "3"]
      api-execution-errors    = ["AWS/ApiGateway", "ExecutionError", "{\"ApiId\":\"a1b2c3d4e5\",\"Stage\":\"prod\"}", "Sum", "4"]
      api-integration-latency = ["AWS/ApiGateway", "IntegrationLatency", "{\"ApiId\":\"a1b2c3d4e5\",\"Stage\":\"prod\"}", "p99", "5.5"]
      function-api-errors     = ["AWS/Lambda", "Errors", "{\"FunctionName\":\"websocket-api\"}", "Sum", "6"]
      function-api-throttles  = ["AWS/Lambda", "Throttles", "{\"FunctionName\":\"websocket-api\"}", "Sum", "7"]
      function-app-errors     = ["AWS/Lambda", "Errors", "{\"FunctionName\":\"websocket-app\"}", "Sum", "6"]
      function-app-throttles  = ["AWS/Lambda", "Throttles", "{\"FunctionName\":\"websocket-app\"}", "Sum", "7"]
      table-read-throttles    = ["AWS/DynamoDB", "ReadThrottleEvents", "{\"TableName\":\"websocket-connections\"}", "Sum", "8"]
      table-write-throttles   = ["AWS/DynamoDB", "WriteThrottleEvents", "{\"TableName\":\"websocket-connections\"}", "Sum", "8"]
    }
    error_message = "There must be an alarm for each metric, with its own threshold."
  }

  assert {
    condition     = alltrue([for key, alarm in aws_cloudwatch_metric_alarm.alarms : alarm.alarm_name == "websocket-${key}" && alarm.period == 60 && alarm.evaluation_periods == 1 && alarm.comparison_operator == "GreaterThanOrEqualToThreshold" && alarm.treat_missing_data == "notBreaching"])
    error_message = "An alarm must go off after one period at its threshold, and take silence for good news."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.alarms : alarm.alarm_actions == toset(["arn:aws:sns:us-east-1:111122223333:alarms"]) && alarm.ok_actions == alarm.alarm_actions && alarm.tags.team == "chat"])
    error_message = "The topic must be told of the beginning and the end, and the alarms have the tags."
  }

  assert {
    condition     = output.alarm_arns == { for key, alarm in aws_cloudwatch_metric_alarm.alarms : key => alarm.arn } && output.dashboard_name == null
    error_message = "The output must hold every alarm; nobody asked for a dashboard."
  }
}

run "dashboard_draws_every_metric" {
  variables {
    alarms    = { period = 86400, topic_arns = [for number in range(5) : "arn:aws:sns:us-east-1:111122223333:alarms-${number}"] }
    dashboard = true
  }

  assert {
    condition     = toset(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.websocket[0].dashboard_body).widgets : [for line in try(widget.properties.metrics, []) : line[1]]])) == toset(["ConnectCount", "MessageCount", "ClientError", "IntegrationError", "ExecutionError", "IntegrationLatency", "Invocations", "Errors", "Throttles", "Duration", "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ReadThrottleEvents", "WriteThrottleEvents"])
    error_message = "Every metric must be drawn."
  }

  assert {
    condition     = alltrue(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.websocket[0].dashboard_body).widgets : [for line in try(widget.properties.metrics, []) : contains(["ApiId a1b2c3d4e5 Stage prod", "FunctionName websocket-api", "FunctionName websocket-app", "TableName websocket-connections"], join(" ", slice(line, 2, length(line) - 1)))]]))
    error_message = "A line must be of this API and stage, of one of the functions or of the table."
  }

  assert {
    condition     = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.websocket[0].dashboard_body).widgets : widget.properties.region == "us-east-1" if widget.type == "metric"])
    error_message = "A graph must be of the API's region."
  }

  assert {
    condition     = [for widget in jsondecode(aws_cloudwatch_dashboard.websocket[0].dashboard_body).widgets : toset(widget.properties.alarms) if widget.type == "alarm"] == [toset(values(output.alarm_arns))]
    error_message = "The alarms must be shown."
  }

  assert {
    condition     = output.dashboard_name == "websocket"
    error_message = "The output must name the dashboard."
  }
}

run "neither_is_there_unasked" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.alarms) + length(aws_cloudwatch_dashboard.websocket) + length(aws_cloudwatch_log_group.access_logs) == 0
    error_message = "What costs must be asked for."
  }
}

run "dashboard_without_functions_and_alarms_has_no_empty_widgets" {
  command = plan

  variables {
    functions    = {}
    integrations = { silence = { mock = true } }
    routes       = { "$default" = { integration = "silence" } }
    dashboard    = true
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.websocket[0].dashboard_body).widgets) == 5
    error_message = "Only the graphs of the API and the table may be left."
  }
}
