# What stage may be, and what reaches the stage.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "app.handler" } }
  routes = {
    "$default" = { function = "app" }
    "join"     = { function = "app" }
    "leave"    = { function = "app" }
  }
}

run "stage_rejects_dollar_default" {
  command = plan

  variables {
    stage = { name = "$default" }
  }

  expect_failures = [var.stage]
}

run "stage_rejects_dot" {
  command = plan

  variables {
    stage = { name = "v1.0" }
  }

  expect_failures = [var.stage]
}

run "stage_accepts_any_word_and_the_least_limits" {
  command = plan

  variables {
    stage = { name = "v1-0_B", throttle = { rate_limit = 0.5, burst_limit = 1 } }
  }

  assert {
    condition     = aws_apigatewayv2_stage.websocket.name == "v1-0_B"
    error_message = "The stage must have the name that it was given."
  }

  assert {
    condition     = aws_apigatewayv2_stage.websocket.default_route_settings[0].throttling_rate_limit == 0.5 && aws_apigatewayv2_stage.websocket.default_route_settings[0].throttling_burst_limit == 1
    error_message = "The stage must have the limits that it was given."
  }
}

run "stage_rejects_rate_limit_0" {
  command = plan

  variables {
    stage = { throttle = { rate_limit = 0 } }
  }

  expect_failures = [var.stage]
}

run "stage_rejects_burst_limit_0" {
  command = plan

  variables {
    stage = { throttle = { burst_limit = 0 } }
  }

  expect_failures = [var.stage]
}

run "stage_rejects_burst_limit_with_a_fraction" {
  command = plan

  variables {
    stage = { throttle = { burst_limit = 1.5 } }
  }

  expect_failures = [var.stage]
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
      for settings in aws_apigatewayv2_stage.websocket.route_settings :
      settings.route_key => [settings.throttling_rate_limit, settings.throttling_burst_limit]
      } == {
      join  = [2, 10]
      leave = [20, 3]
      say   = [4, 5]
    }
    error_message = "A route that overrides one limit must be sent the stage's other one; a route that overrides none must be sent nothing."
  }
}

run "route_throttle_rejects_rate_limit_0" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { rate_limit = 0 } } }
  }

  expect_failures = [var.routes]
}

run "route_throttle_rejects_burst_limit_0" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { burst_limit = 0 } } }
  }

  expect_failures = [var.routes]
}

run "route_throttle_rejects_burst_limit_with_a_fraction" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { burst_limit = 2.5 } } }
  }

  expect_failures = [var.routes]
}
