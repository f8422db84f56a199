# API keys and what their holders may use.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes = {
    "$connect" = { function = "app", api_key_required = true }
    "$default" = { function = "app" }
  }
  package_path = "tests/usage_plan.tftest.hcl" # any file: nothing runs it
}

run "each_key_belongs_to_the_plan_of_the_stage" {
  variables {
    tags = { team = "chat" }
    usage_plan = {
      throttle = { rate_limit = 10000, burst_limit = 5000 }
      quota    = { limit = 1, period = "WEEK" }
      api_keys = {
        phone = {}
        desk  = { description = "The desk clients.", enabled = false }
      }
    }
  }

  assert {
    condition     = one(aws_api_gateway_usage_plan.websocket[0].api_stages).api_id == "a1b2c3d4e5" && one(aws_api_gateway_usage_plan.websocket[0].api_stages).stage == "prod"
    error_message = "The plan must be of this API and stage."
  }

  assert {
    condition     = aws_api_gateway_usage_plan.websocket[0].throttle_settings[0].rate_limit == 10000 && aws_api_gateway_usage_plan.websocket[0].throttle_settings[0].burst_limit == 5000
    error_message = "The plan must have the throttle that it was given."
  }

  assert {
    condition     = aws_api_gateway_usage_plan.websocket[0].quota_settings[0].limit == 1 && aws_api_gateway_usage_plan.websocket[0].quota_settings[0].period == "WEEK"
    error_message = "The plan must have the quota that it was given."
  }

  assert {
    condition     = { for key, api_key in aws_api_gateway_api_key.keys : key => [api_key.name, api_key.description, api_key.enabled] } == { phone = ["websocket-phone", "Opens connections to websocket.", true], desk = ["websocket-desk", "The desk clients.", false] }
    error_message = "There must be the keys that were given, enabled unless told otherwise."
  }

  assert {
    condition     = alltrue([for key, member in aws_api_gateway_usage_plan_key.keys : member.key_id == aws_api_gateway_api_key.keys[key].id && member.usage_plan_id == output.usage_plan_id && member.key_type == "API_KEY"]) && length(aws_api_gateway_usage_plan_key.keys) == 2
    error_message = "Each key must belong to the plan."
  }

  assert {
    condition     = issensitive(output.api_key_values) && nonsensitive(output.api_key_values) == { for key, api_key in aws_api_gateway_api_key.keys : key => api_key.value }
    error_message = "The output must hold the keys' values, and hide them."
  }

  assert {
    condition     = aws_api_gateway_usage_plan.websocket[0].tags.team == "chat" && alltrue([for api_key in aws_api_gateway_api_key.keys : api_key.tags.team == "chat"])
    error_message = "Plan and keys must have the tags."
  }
}

run "plan_without_limits_leaves_the_stages" {
  command = plan

  variables {
    usage_plan = {}
  }

  assert {
    condition     = length(aws_api_gateway_usage_plan.websocket[0].throttle_settings) == 0 && length(aws_api_gateway_usage_plan.websocket[0].quota_settings) == 0 && length(aws_api_gateway_api_key.keys) == 0
    error_message = "Nothing may be limited, and no key be made."
  }
}

run "keys_without_a_plan_are_somebody_elses" {
  command = plan

  assert {
    condition     = length(aws_api_gateway_usage_plan.websocket) == 0 && output.usage_plan_id == null && length(output.api_key_values) == 0
    error_message = "A plan may be made elsewhere."
  }
}
