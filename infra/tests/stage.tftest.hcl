# What reaches the stage, and what it logs.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes = {
    "$default" = { function = "app" }
    "join"     = { function = "app" }
    "leave"    = { function = "app" }
  }
}

run "stage_accepts_any_word_and_the_least_limits" {
  command = plan

  variables {
    stage = { name = "v1-0_B${join("", [for position in range(122) : "a"])}", throttle = { rate_limit = 0.5, burst_limit = 1 } }
  }

  assert {
    condition     = startswith(aws_apigatewayv2_stage.websocket[0].name, "v1-0_Ba") && length(aws_apigatewayv2_stage.websocket[0].name) == 128
    error_message = "The stage must have the name that it was given."
  }

  assert {
    condition     = aws_apigatewayv2_stage.websocket[0].default_route_settings[0].throttling_rate_limit == 0.5 && aws_apigatewayv2_stage.websocket[0].default_route_settings[0].throttling_burst_limit == 1
    error_message = "The stage must have the limits that it was given."
  }
}

run "route_throttles_hold_the_merged_limits" {
  command = plan

  variables {
    stage = { throttle = { rate_limit = 20, burst_limit = 10 } }
    routes = {
      "$default" = { function = "app" }
      "join"     = { function = "app", throttle = { rate_limit = 2 } }
      "leave"    = { function = "app", throttle = { burst_limit = 3 } }
      "say"      = { function = "app", throttle = { rate_limit = 4, burst_limit = 5 } }
      "shout"    = { function = "app", throttle = null }
    }
  }

  assert {
    condition = {
      for settings in aws_apigatewayv2_stage.websocket[0].route_settings :
      settings.route_key => [settings.throttling_rate_limit, settings.throttling_burst_limit]
      } == {
      join  = [2, 10]
      leave = [20, 3]
      say   = [4, 5]
    }
    error_message = "A route that overrides one limit must be sent the stage's other one; a route that overrides none must be sent nothing."
  }
}

run "nothing_is_logged_or_traced_unasked" {
  command = plan

  assert {
    condition = [
      for settings in aws_apigatewayv2_stage.websocket[0].default_route_settings :
      [settings.logging_level, settings.data_trace_enabled, settings.detailed_metrics_enabled]
    ] == [["OFF", false, false]]
    error_message = "Logs need a role of the whole account, traces hold messages, and metrics of routes cost."
  }
}

run "a_routes_settings_repeat_the_stages" {
  command = plan

  variables {
    routes = { "$default" = { function = "app" }, "join" = { function = "app", throttle = { rate_limit = 2 } } }
    stage = {
      name                         = "v1-0_B"
      throttle                     = { rate_limit = 10000, burst_limit = 5000 }
      variables                    = { backend_1 = "-._~:/?#&=,aZ0" }
      execution_logs               = "ERROR"
      data_trace                   = true
      detailed_metrics             = true
      account_logging_acknowledged = true
    }
  }

  assert {
    condition = [
      for settings in [one(aws_apigatewayv2_stage.websocket[0].default_route_settings), one(aws_apigatewayv2_stage.websocket[0].route_settings)] :
      [settings.throttling_rate_limit, settings.throttling_burst_limit, settings.logging_level, settings.data_trace_enabled, settings.detailed_metrics_enabled]
    ] == [[10000, 5000, "ERROR", true, true], [2, 5000, "ERROR", true, true]]
    error_message = "API Gateway does not merge a route's settings with the stage's, so a route must be sent all of them."
  }

  assert {
    condition     = aws_apigatewayv2_stage.websocket[0].stage_variables == tomap({ backend_1 = "-._~:/?#&=,aZ0" }) && length(aws_apigatewayv2_stage.websocket[0].access_log_settings) == 0
    error_message = "Stage variables must be taken, and execution logs bring no access logs."
  }
}

run "access_logs_tell_who_did_what_and_how_it_went" {
  variables {
    stage = { account_logging_acknowledged = true, access_logs = {} }
    tags  = { team = "chat" }
  }

  assert {
    condition     = aws_apigatewayv2_stage.websocket[0].access_log_settings[0].destination_arn == aws_cloudwatch_log_group.access_logs[0].arn && aws_cloudwatch_log_group.access_logs[0].name == "/aws/apigateway/websocket/prod/access" && aws_cloudwatch_log_group.access_logs[0].retention_in_days == 30 && aws_cloudwatch_log_group.access_logs[0].tags.team == "chat"
    error_message = "The logs must go to a group of their own, for 30 days."
  }

  assert {
    condition = length(setsubtract(
      ["requestId", "connectionId", "eventType", "routeKey", "messageId", "status", "authorizer.status", "authorizer.error", "integration.status", "integration.error", "error.message"],
      [for value in values(jsondecode(aws_apigatewayv2_stage.websocket[0].access_log_settings[0].format)) : trimprefix(value, "$context.")],
    )) == 0
    error_message = "A line must identify request and connection, and hold the errors."
  }

  assert {
    condition     = length(base64encode(local.access_log_default_format)) <= 4096 && !strcontains(local.access_log_default_format, "\n")
    error_message = "The default format must keep API Gateway's rules: one line, at most 3 KB."
  }

  assert {
    condition     = output.access_log_group_name == "/aws/apigateway/websocket/prod/access"
    error_message = "The output must name the log group."
  }
}

run "access_log_settings_are_taken_to_the_last_byte" {
  command = plan

  variables {
    stage = {
      account_logging_acknowledged = true
      access_logs = {
        format            = join("", concat(["$context.requestId"], [for position in range(509) : "äää"]))
        retention_in_days = 0
        kms_key_arn       = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
      }
    }
  }

  assert {
    condition     = startswith(aws_apigatewayv2_stage.websocket[0].access_log_settings[0].format, "$context.requestIdäää")
    error_message = "A format of 3072 bytes must be taken as it is."
  }

  assert {
    condition     = aws_cloudwatch_log_group.access_logs[0].retention_in_days == 0 && aws_cloudwatch_log_group.access_logs[0].kms_key_id == "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
    error_message = "Retention and key must be taken."
  }
}
