# What usage_plan may not be, and beside it the nearest that it may.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$connect" = { function = "app", api_key_required = true } }
}

run "usage_plan_rejects_keys_that_nobody_asks_for" {
  command = plan

  variables {
    usage_plan = {}
    routes     = { "$connect" = { function = "app" } }
  }

  expect_failures = [var.usage_plan]
}

run "usage_plan_rejects_keys_that_nobody_asks_for_but_not_connect_does" {
  command = plan

  variables {
    usage_plan = {}
    routes     = { "$connect" = { function = "app", api_key_required = true } }
  }
}

run "usage_plan_rejects_rate_limit_0" {
  command = plan

  variables {
    usage_plan = { throttle = { rate_limit = 0, burst_limit = 1 } }
  }

  expect_failures = [var.usage_plan]
}

run "usage_plan_rejects_rate_limit_0_but_not_above" {
  command = plan

  variables {
    usage_plan = { throttle = { rate_limit = 0.1, burst_limit = 1 } }
  }
}

run "usage_plan_rejects_rate_limit_above_the_accounts" {
  command = plan

  variables {
    usage_plan = { throttle = { rate_limit = 10000.5, burst_limit = 1 } }
  }

  expect_failures = [var.usage_plan]
}

run "usage_plan_rejects_rate_limit_above_the_accounts_but_not_the_accounts" {
  command = plan

  variables {
    usage_plan = { throttle = { rate_limit = 10000, burst_limit = 1 } }
  }
}

run "usage_plan_rejects_burst_limit_0" {
  command = plan

  variables {
    usage_plan = { throttle = { rate_limit = 1, burst_limit = 0 } }
  }

  expect_failures = [var.usage_plan]
}

run "usage_plan_rejects_burst_limit_0_but_not_1" {
  command = plan

  variables {
    usage_plan = { throttle = { rate_limit = 1, burst_limit = 1 } }
  }
}

run "usage_plan_rejects_burst_limit_above_the_accounts" {
  command = plan

  variables {
    usage_plan = { throttle = { rate_limit = 1, burst_limit = 5001 } }
  }

  expect_failures = [var.usage_plan]
}

run "usage_plan_rejects_burst_limit_above_the_accounts_but_not_the_accounts" {
  command = plan

  variables {
    usage_plan = { throttle = { rate_limit = 1, burst_limit = 5000 } }
  }
}

run "usage_plan_rejects_burst_limit_with_a_fraction" {
  command = plan

  variables {
    usage_plan = { throttle = { rate_limit = 1, burst_limit = 1.5 } }
  }

  expect_failures = [var.usage_plan]
}

run "usage_plan_rejects_burst_limit_with_a_fraction_but_not_without" {
  command = plan

  variables {
    usage_plan = { throttle = { rate_limit = 1, burst_limit = 1 } }
  }
}

run "quota_rejects_hours" {
  command = plan

  variables {
    usage_plan = { quota = { limit = 1, period = "HOUR" } }
  }

  expect_failures = [var.usage_plan]
}

run "quota_rejects_hours_but_not_days" {
  command = plan

  variables {
    usage_plan = { quota = { limit = 1, period = "DAY" } }
  }
}

run "quota_rejects_0" {
  command = plan

  variables {
    usage_plan = { quota = { limit = 0, period = "DAY" } }
  }

  expect_failures = [var.usage_plan]
}

run "quota_rejects_0_but_not_1" {
  command = plan

  variables {
    usage_plan = { quota = { limit = 1, period = "DAY" } }
  }
}

run "quota_rejects_a_fraction" {
  command = plan

  variables {
    usage_plan = { quota = { limit = 1.5, period = "DAY" } }
  }

  expect_failures = [var.usage_plan]
}

run "quota_rejects_a_fraction_but_not_a_whole_number" {
  command = plan

  variables {
    usage_plan = { quota = { limit = 1, period = "DAY" } }
  }
}
