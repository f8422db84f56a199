# What account_throttle may not be and what it forbids elsewhere, and beside it the nearest that it allows.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$connect" = { function = "app", api_key_required = true } }
}

run "account_throttle_rejects_rate_limit_below_1" {
  command = plan

  variables {
    account_throttle = { rate_limit = 0.9 }
    stage            = { throttle = { rate_limit = 1 } }
  }

  expect_failures = [var.account_throttle]
}

run "account_throttle_rejects_rate_limit_below_1_but_not_1" {
  command = plan

  variables {
    account_throttle = { rate_limit = 1 }
    stage            = { throttle = { rate_limit = 1 } }
  }
}

run "account_throttle_rejects_burst_limit_0" {
  command = plan

  variables {
    account_throttle = { burst_limit = 0 }
    stage            = { throttle = { burst_limit = 1 } }
  }

  expect_failures = [var.account_throttle]
}

run "account_throttle_rejects_burst_limit_0_but_not_1" {
  command = plan

  variables {
    account_throttle = { burst_limit = 1 }
    stage            = { throttle = { burst_limit = 1 } }
  }
}

run "account_throttle_rejects_burst_limit_with_a_fraction" {
  command = plan

  variables {
    account_throttle = { burst_limit = 5000.5 }
    stage            = { throttle = { burst_limit = 5000 } }
  }

  expect_failures = [var.account_throttle]
}

run "account_throttle_rejects_burst_limit_with_a_fraction_but_not_a_whole_number" {
  command = plan

  variables {
    account_throttle = { burst_limit = 5001 }
    stage            = { throttle = { burst_limit = 5000 } }
  }
}

run "lower_account_throttle_rejects_rate_limit_of_stage" {
  command = plan

  variables {
    account_throttle = { rate_limit = 2500 }
    stage            = { throttle = { rate_limit = 2500.5 } }
  }

  expect_failures = [var.stage]
}

run "lower_account_throttle_rejects_rate_limit_of_stage_but_not_its_own" {
  command = plan

  variables {
    account_throttle = { rate_limit = 2500 }
    stage            = { throttle = { rate_limit = 2500 } }
  }
}

run "raised_account_throttle_rejects_rate_limit_of_stage" {
  command = plan

  variables {
    account_throttle = { rate_limit = 19999 }
    stage            = { throttle = { rate_limit = 20000 } }
  }

  expect_failures = [var.stage]
}

run "raised_account_throttle_rejects_rate_limit_of_stage_but_not_its_own" {
  command = plan

  variables {
    account_throttle = { rate_limit = 20000 }
    stage            = { throttle = { rate_limit = 20000 } }
  }
}

run "raised_account_throttle_rejects_rate_limit_of_route" {
  command = plan

  variables {
    account_throttle = { rate_limit = 19999 }
    routes           = { "$default" = { function = "app", throttle = { rate_limit = 20000 } } }
  }

  expect_failures = [var.routes]
}

run "raised_account_throttle_rejects_rate_limit_of_route_but_not_its_own" {
  command = plan

  variables {
    account_throttle = { rate_limit = 20000 }
    routes           = { "$default" = { function = "app", throttle = { rate_limit = 20000 } } }
  }
}

run "raised_account_throttle_rejects_rate_limit_of_usage_plan" {
  command = plan

  variables {
    account_throttle = { rate_limit = 19999 }
    usage_plan       = { throttle = { rate_limit = 20000, burst_limit = 1 } }
  }

  expect_failures = [var.usage_plan]
}

run "raised_account_throttle_rejects_rate_limit_of_usage_plan_but_not_its_own" {
  command = plan

  variables {
    account_throttle = { rate_limit = 20000 }
    usage_plan       = { throttle = { rate_limit = 20000, burst_limit = 1 } }
  }
}

run "lower_account_throttle_rejects_burst_limit_of_stage" {
  command = plan

  variables {
    account_throttle = { burst_limit = 1250 }
    stage            = { throttle = { burst_limit = 1251 } }
  }

  expect_failures = [var.stage]
}

run "lower_account_throttle_rejects_burst_limit_of_stage_but_not_its_own" {
  command = plan

  variables {
    account_throttle = { burst_limit = 1250 }
    stage            = { throttle = { burst_limit = 1250 } }
  }
}

run "raised_account_throttle_rejects_burst_limit_of_stage" {
  command = plan

  variables {
    account_throttle = { burst_limit = 9999 }
    stage            = { throttle = { burst_limit = 10000 } }
  }

  expect_failures = [var.stage]
}

run "raised_account_throttle_rejects_burst_limit_of_stage_but_not_its_own" {
  command = plan

  variables {
    account_throttle = { burst_limit = 10000 }
    stage            = { throttle = { burst_limit = 10000 } }
  }
}

run "raised_account_throttle_rejects_burst_limit_of_route" {
  command = plan

  variables {
    account_throttle = { burst_limit = 9999 }
    routes           = { "$default" = { function = "app", throttle = { burst_limit = 10000 } } }
  }

  expect_failures = [var.routes]
}

run "raised_account_throttle_rejects_burst_limit_of_route_but_not_its_own" {
  command = plan

  variables {
    account_throttle = { burst_limit = 10000 }
    routes           = { "$default" = { function = "app", throttle = { burst_limit = 10000 } } }
  }
}

run "raised_account_throttle_rejects_burst_limit_of_usage_plan" {
  command = plan

  variables {
    account_throttle = { burst_limit = 9999 }
    usage_plan       = { throttle = { rate_limit = 1, burst_limit = 10000 } }
  }

  expect_failures = [var.usage_plan]
}

run "raised_account_throttle_rejects_burst_limit_of_usage_plan_but_not_its_own" {
  command = plan

  variables {
    account_throttle = { burst_limit = 10000 }
    usage_plan       = { throttle = { rate_limit = 1, burst_limit = 10000 } }
  }
}

run "raised_account_throttle_rejects_fanout_and_stage" {
  command = plan

  variables {
    account_throttle = { rate_limit = 19999 }
    fanout           = { posts_per_second = 19900 }
  }

  expect_failures = [var.fanout]
}

run "raised_account_throttle_rejects_fanout_and_stage_but_not_its_own" {
  command = plan

  variables {
    account_throttle = { rate_limit = 20000 }
    fanout           = { posts_per_second = 19900 }
  }
}
