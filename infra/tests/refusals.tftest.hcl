# What stage, table, domain, usage_plan and alarms may not be. A run breaks one rule of each variable that it
# expects to fail, because a run costs a second whatever it checks.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "app.handler" } }
  routes = {
    "$connect" = { function = "app", api_key_required = true }
    "$default" = { function = "app" }
  }
}

run "rejects_dollar_default_stage__short_ttl__domain_alone__unasked_usage_plan__topic_by_name" {
  command = plan

  variables {
    stage      = { name = "$default" }
    table      = { connection_ttl_seconds = 7199 }
    domain     = { name = "ws.example.com" }
    usage_plan = {}
    alarms     = { topic_arns = ["alarms"] }
    routes     = { "$connect" = { function = "app" } }
  }

  expect_failures = [var.stage, var.table, var.domain, var.usage_plan, var.alarms]
}

run "rejects_stage_with_a_dot__broken_ttl__domain_with_scheme__key_rate_0__fifo_topic" {
  command = plan

  variables {
    stage      = { name = "v1.0" }
    table      = { connection_ttl_seconds = 7200.5 }
    domain     = { name = "wss://ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
    usage_plan = { throttle = { rate_limit = 0, burst_limit = 1 } }
    alarms     = { topic_arns = ["arn:aws:sns:us-east-1:111122223333:alarms.fifo"] }
  }

  expect_failures = [var.stage, var.table, var.domain, var.usage_plan, var.alarms]
}

run "rejects_stage_of_129__table_key_by_alias__domain_in_capitals__high_key_rate__six_topics" {
  command = plan

  variables {
    stage      = { name = join("", [for position in range(129) : "a"]) }
    table      = { kms_key_arn = "alias/table" }
    domain     = { name = "WS.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
    usage_plan = { throttle = { rate_limit = 10000.5, burst_limit = 1 } }
    alarms     = { topic_arns = [for number in range(6) : "arn:aws:sns:us-east-1:111122223333:alarms-${number}"] }
  }

  expect_failures = [var.stage, var.table, var.domain, var.usage_plan, var.alarms]
}

run "rejects_rate_0__table_name_of_2__domain_of_one_word__key_burst_0__period_0" {
  command = plan

  variables {
    stage      = { throttle = { rate_limit = 0 } }
    table      = { name = "ab" }
    domain     = { name = "localhost", zone_id = "Z0123456789ABCDEFGHIJ" }
    usage_plan = { throttle = { rate_limit = 1, burst_limit = 0 } }
    alarms     = { period = 0 }
  }

  expect_failures = [var.stage, var.table, var.domain, var.usage_plan, var.alarms]
}

run "rejects_high_rate__unknown_stream_view__zone_by_name__high_key_burst__period_of_90" {
  command = plan

  variables {
    stage      = { throttle = { rate_limit = 10000.5 } }
    table      = { stream = "NEW" }
    domain     = { name = "ws.example.com", zone_id = "example.com" }
    usage_plan = { throttle = { rate_limit = 1, burst_limit = 5001 } }
    alarms     = { period = 90 }
  }

  expect_failures = [var.stage, var.table, var.domain, var.usage_plan, var.alarms]
}

run "rejects_burst_0__table_of_another_arn__certificate_of_iam__broken_key_burst__long_period" {
  command = plan

  variables {
    stage      = { throttle = { burst_limit = 0 } }
    table      = { existing = { name = "other", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
    domain     = { name = "ws.example.com", certificate_arn = "arn:aws:iam::111122223333:server-certificate/given" }
    usage_plan = { throttle = { rate_limit = 1, burst_limit = 1.5 } }
    alarms     = { period = 86460 }
  }

  expect_failures = [var.stage, var.table, var.domain, var.usage_plan, var.alarms]
}

run "rejects_high_burst__index_for_a_table__mapping_key_with_open_end__quota_by_the_hour__threshold_0" {
  command = plan

  variables {
    stage      = { throttle = { burst_limit = 5001 } }
    table      = { existing = { name = "by-user", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections/index/by-user" } }
    domain     = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ", mapping_key = "chat/" }
    usage_plan = { quota = { limit = 1, period = "HOUR" } }
    alarms     = { thresholds = { client_errors = 0 } }
  }

  expect_failures = [var.stage, var.table, var.domain, var.usage_plan, var.alarms]
}

run "rejects_broken_burst__existing_key_by_alias__mapping_key_with_a_space__quota_of_0" {
  command = plan

  variables {
    stage      = { throttle = { burst_limit = 1.5 } }
    table      = { existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections", kms_key_arn = "arn:aws:kms:us-east-1:111122223333:alias/table" } }
    domain     = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ", mapping_key = "a chat" }
    usage_plan = { quota = { limit = 0, period = "DAY" } }
  }

  expect_failures = [var.stage, var.table, var.domain, var.usage_plan]
}

run "rejects_stage_variable_name_with_a_dash__name_of_an_existing_table__mapping_key_of_301__broken_quota" {
  command = plan

  variables {
    stage      = { variables = { the-key = "a" } }
    table      = { name = "connections", existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
    domain     = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ", mapping_key = join("", [for position in range(301) : "a"]) }
    usage_plan = { quota = { limit = 1.5, period = "DAY" } }
  }

  expect_failures = [var.stage, var.table, var.domain, var.usage_plan]
}

run "rejects_stage_variable_with_a_space__stream_of_an_existing_table__certificate_both_given_and_created" {
  command = plan

  variables {
    stage  = { variables = { key = "a b" } }
    table  = { stream = "NEW_IMAGE", existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
    domain = { name = "ws.example.com", certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/given", create_certificate = true }
  }

  expect_failures = [var.stage, var.table, var.domain]
}

run "rejects_log_format_without_request_id__key_of_an_existing_table__records_without_zone" {
  command = plan

  variables {
    stage  = { account_logging_acknowledged = true, access_logs = { format = "$context.requestIdentity $context.connectionId" } }
    table  = { kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd", existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
    domain = { name = "ws.example.com", certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/given", create_records = true }
  }

  expect_failures = [var.stage, var.table, var.domain]
}

run "rejects_log_format_of_two_lines__deletion_protection_of_an_existing_table" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { format = "$context.requestId\n$context.status" } }
    table = { deletion_protection = true, existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }

  expect_failures = [var.stage, var.table]
}

run "rejects_log_format_of_3073_bytes__recovery_of_an_existing_table" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { format = join("", concat(["$context.requestId "], [for position in range(509) : "äää"])) } }
    table = { point_in_time_recovery = false, existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }

  expect_failures = [var.stage, var.table]
}

run "rejects_access_logs_kept_for_2_days" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { retention_in_days = 2 } }
  }

  expect_failures = [var.stage]
}

run "rejects_access_log_key_by_alias" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, access_logs = { kms_key_arn = "alias/logs" } }
  }

  expect_failures = [var.stage]
}

run "rejects_execution_logs_at_debug" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, execution_logs = "DEBUG" }
  }

  expect_failures = [var.stage]
}

run "rejects_data_trace_without_execution_logs" {
  command = plan

  variables {
    stage = { account_logging_acknowledged = true, data_trace = true }
  }

  expect_failures = [var.stage]
}

run "rejects_access_logs_unacknowledged" {
  command = plan

  variables {
    stage = { access_logs = {} }
  }

  expect_failures = [var.stage]
}

run "rejects_execution_logs_unacknowledged" {
  command = plan

  variables {
    stage = { execution_logs = "ERROR" }
  }

  expect_failures = [var.stage]
}
