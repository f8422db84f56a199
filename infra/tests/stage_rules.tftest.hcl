# What stage may not be, and the limits of a route, and beside it the nearest that it may.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$connect" = { function = "app" } }
}

run "stage_rejects_dollar_default" {
  command = plan

  variables {
    stage = { name = "$default" }
  }

  expect_failures = [var.stage]
}

run "stage_rejects_dollar_default_but_not_default" {
  command = plan

  variables {
    stage = { name = "default" }
  }
}

run "stage_rejects_dot" {
  command = plan

  variables {
    stage = { name = "v1.0" }
  }

  expect_failures = [var.stage]
}

run "stage_rejects_dot_but_not_dash" {
  command = plan

  variables {
    stage = { name = "v1-0" }
  }
}

run "stage_rejects_129_characters" {
  command = plan

  variables {
    stage = { name = join("", [for position in range(129) : "a"]) }
  }

  expect_failures = [var.stage]
}

run "stage_rejects_129_characters_but_not_128" {
  command = plan

  variables {
    stage = { name = join("", [for position in range(128) : "a"]) }
  }
}

run "stage_rejects_rate_limit_0" {
  command = plan

  variables {
    stage = { throttle = { rate_limit = 0 } }
  }

  expect_failures = [var.stage]
}

run "stage_rejects_rate_limit_0_but_not_above" {
  command = plan

  variables {
    stage = { throttle = { rate_limit = 0.1 } }
  }
}

run "stage_rejects_rate_limit_above_the_accounts" {
  command = plan

  variables {
    stage = { throttle = { rate_limit = 10000.5 } }
  }

  expect_failures = [var.stage]
}

run "stage_rejects_rate_limit_above_the_accounts_but_not_the_accounts" {
  command = plan

  variables {
    stage = { throttle = { rate_limit = 10000 } }
  }
}

run "stage_rejects_burst_limit_0" {
  command = plan

  variables {
    stage = { throttle = { burst_limit = 0 } }
  }

  expect_failures = [var.stage]
}

run "stage_rejects_burst_limit_0_but_not_1" {
  command = plan

  variables {
    stage = { throttle = { burst_limit = 1 } }
  }
}

run "stage_rejects_burst_limit_above_the_accounts" {
  command = plan

  variables {
    stage = { throttle = { burst_limit = 5001 } }
  }

  expect_failures = [var.stage]
}

run "stage_rejects_burst_limit_above_the_accounts_but_not_the_accounts" {
  command = plan

  variables {
    stage = { throttle = { burst_limit = 5000 } }
  }
}

run "stage_rejects_burst_limit_with_a_fraction" {
  command = plan

  variables {
    stage = { throttle = { burst_limit = 1.5 } }
  }

  expect_failures = [var.stage]
}

run "stage_rejects_burst_limit_with_a_fraction_but_not_without" {
  command = plan

  variables {
    stage = { throttle = { burst_limit = 1 } }
  }
}

run "stage_variables_reject_name_with_a_dash" {
  command = plan

  variables {
    stage = { variables = { the-key = "a" } }
  }

  expect_failures = [var.stage]
}

run "stage_variables_reject_name_with_a_dash_but_not_underscore" {
  command = plan

  variables {
    stage = { variables = { the_key = "a" } }
  }
}

run "stage_variables_reject_value_with_a_space" {
  command = plan

  variables {
    stage = { variables = { key = "a b" } }
  }

  expect_failures = [var.stage]
}

run "stage_variables_reject_value_with_a_space_but_not_dash" {
  command = plan

  variables {
    stage = { variables = { key = "a-b" } }
  }
}

run "access_log_format_rejects_no_request_id" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { format = "$context.requestIdentity $context.connectionId" } }
  }

  expect_failures = [var.stage]
}

run "access_log_format_rejects_no_request_id_but_not_with_one" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { format = "$context.requestId $context.connectionId" } }
  }
}

run "access_log_format_rejects_two_lines" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { format = "$context.requestId\n$context.status" } }
  }

  expect_failures = [var.stage]
}

run "access_log_format_rejects_two_lines_but_not_one" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { format = "$context.requestId $context.status" } }
  }
}

run "access_log_format_rejects_3073_bytes" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { format = join("", concat(["$context.requestId "], [for position in range(509) : "äää"])) } }
  }

  expect_failures = [var.stage]
}

run "access_log_format_rejects_3073_bytes_but_not_3072" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { format = join("", concat(["$context.requestId"], [for position in range(509) : "äää"])) } }
  }
}

run "access_logs_reject_retention_of_2_days" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { retention_in_days = 2 } }
  }

  expect_failures = [var.stage]
}

run "access_logs_reject_retention_of_2_days_but_not_1" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { retention_in_days = 1 } }
  }
}

run "access_logs_reject_key_by_alias" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { kms_key_arn = "alias/logs" } }
  }

  expect_failures = [var.stage]
}

run "access_logs_reject_key_by_alias_but_not_by_arn" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd" } }
  }
}

run "execution_logs_reject_debug" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, execution_logs = "DEBUG" }
  }

  expect_failures = [var.stage]
}

run "execution_logs_reject_debug_but_not_info" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, execution_logs = "INFO" }
  }
}

run "data_trace_rejects_execution_logs_that_are_off" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, data_trace = true }
  }

  expect_failures = [var.stage]
}

run "data_trace_rejects_execution_logs_that_are_off_but_not_on" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, data_trace = true, execution_logs = "INFO" }
  }
}

run "access_logs_reject_account_without_acknowledged_role" {
  command = plan

  variables {
    stage = { access_logs = {} }
  }

  expect_failures = [var.stage]
}

run "access_logs_reject_account_without_acknowledged_role_but_not_with_one" {
  command = plan

  variables {
    stage = { access_logs = {}, account_logging_acknowledged = true }
  }
}

run "execution_logs_reject_account_without_acknowledged_role" {
  command = plan

  variables {
    stage = { execution_logs = "ERROR" }
  }

  expect_failures = [var.stage]
}

run "execution_logs_reject_account_without_acknowledged_role_but_not_with_one" {
  command = plan

  variables {
    stage = { execution_logs = "ERROR", account_logging_acknowledged = true }
  }
}

run "route_throttle_rejects_rate_limit_0" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { rate_limit = 0 } } }
  }

  expect_failures = [var.routes]
}

run "route_throttle_rejects_rate_limit_0_but_not_above" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { rate_limit = 0.1 } } }
  }
}

run "route_throttle_rejects_burst_limit_0" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { burst_limit = 0 } } }
  }

  expect_failures = [var.routes]
}

run "route_throttle_rejects_burst_limit_0_but_not_1" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { burst_limit = 1 } } }
  }
}

run "route_throttle_rejects_burst_limit_with_a_fraction" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { burst_limit = 2.5 } } }
  }

  expect_failures = [var.routes]
}

run "route_throttle_rejects_burst_limit_with_a_fraction_but_not_without" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { burst_limit = 2 } } }
  }
}
