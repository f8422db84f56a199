# What fanout may not be, and beside it the nearest that it may.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$default" = { function = "app" } }
}

run "fanout_rejects_function_of_its_own_key" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler" }, fanout = { handler = "handlers.default.handler" } }
    fanout    = {}
  }

  expect_failures = [var.fanout]
}

run "fanout_rejects_function_of_its_own_key_but_not_another" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler" }, other = { handler = "handlers.default.handler" } }
    fanout    = {}
  }
}

run "fanout_rejects_integration_of_its_own_key" {
  command = plan

  variables {
    integrations = { fanout = { mock = true } }
    fanout       = {}
  }

  expect_failures = [var.fanout]
}

run "fanout_rejects_integration_of_its_own_key_but_not_another" {
  command = plan

  variables {
    integrations = { other = { mock = true } }
    fanout       = {}
  }
}

run "fanout_rejects_name_of_58_characters" {
  command = plan

  variables {
    name   = "a23456789-123456789-123456789-123456789-123456789-12345678"
    fanout = {}
  }

  expect_failures = [var.fanout]
}

run "fanout_rejects_name_of_58_characters_but_not_57" {
  command = plan

  variables {
    name   = "a23456789-123456789-123456789-123456789-123456789-1234567"
    fanout = {}
  }
}

run "threshold_rejects_5001" {
  command = plan

  variables {
    fanout = { threshold = 5001 }
  }

  expect_failures = [var.fanout]
}

run "threshold_rejects_5001_but_not_5000" {
  command = plan

  variables {
    fanout = { threshold = 5000 }
  }
}

run "threshold_rejects_less_than_0" {
  command = plan

  variables {
    fanout = { threshold = -1 }
  }

  expect_failures = [var.fanout]
}

run "threshold_rejects_less_than_0_but_not_0" {
  command = plan

  variables {
    fanout = { threshold = 0 }
  }
}

run "threshold_rejects_a_fraction" {
  command = plan

  variables {
    fanout = { threshold = 1.5 }
  }

  expect_failures = [var.fanout]
}

run "threshold_rejects_a_fraction_but_not_a_whole_number" {
  command = plan

  variables {
    fanout = { threshold = 1 }
  }
}

run "workers_reject_1" {
  command = plan

  variables {
    fanout = { workers = 1 }
  }

  expect_failures = [var.fanout]
}

run "workers_reject_1_but_not_2" {
  command = plan

  variables {
    fanout = { workers = 2 }
  }
}

run "workers_reject_1001" {
  command = plan

  variables {
    fanout = { workers = 1001 }
  }

  expect_failures = [var.fanout]
}

run "workers_reject_1001_but_not_1000" {
  command = plan

  variables {
    fanout = { workers = 1000 }
  }
}

run "workers_reject_a_fraction" {
  command = plan

  variables {
    fanout = { workers = 2.5 }
  }

  expect_failures = [var.fanout]
}

run "workers_reject_a_fraction_but_not_a_whole_number" {
  command = plan

  variables {
    fanout = { workers = 2 }
  }
}

run "posts_per_second_rejects_less_than_one_a_worker" {
  command = plan

  variables {
    fanout = { posts_per_second = 9, workers = 10 }
  }

  expect_failures = [var.fanout]
}

run "posts_per_second_rejects_less_than_one_a_worker_but_not_one" {
  command = plan

  variables {
    fanout = { posts_per_second = 10, workers = 10 }
  }
}

run "posts_per_second_rejects_a_fraction" {
  command = plan

  variables {
    fanout = { posts_per_second = 100.5 }
  }

  expect_failures = [var.fanout]
}

run "posts_per_second_rejects_a_fraction_but_not_a_whole_number" {
  command = plan

  variables {
    fanout = { posts_per_second = 100 }
  }
}

run "posts_per_second_rejects_what_leaves_clients_nothing" {
  command = plan

  variables {
    fanout = { posts_per_second = 9901 }
  }

  expect_failures = [var.fanout]
}

run "posts_per_second_rejects_what_leaves_clients_nothing_but_not_the_rest" {
  command = plan

  variables {
    fanout = { posts_per_second = 9900 }
  }
}

run "fanout_rejects_other_words_for_an_architecture" {
  command = plan

  variables {
    fanout = { architecture = "amd64" }
  }

  expect_failures = [var.fanout]
}

run "fanout_rejects_other_words_for_an_architecture_but_not_lambdas" {
  command = plan

  variables {
    fanout = { architecture = "x86_64" }
  }
}

run "fanout_rejects_python_3_10" {
  command = plan

  variables {
    fanout = { runtime = "python3.10" }
  }

  expect_failures = [var.fanout]
}

run "fanout_rejects_python_3_10_but_not_3_11" {
  command = plan

  variables {
    fanout = { runtime = "python3.11" }
  }
}

run "fanout_rejects_wheels_for_another_architecture" {
  command = plan

  variables {
    requirements = "tests/packages/requirements.txt"
    fanout       = { architecture = "x86_64" }
  }

  expect_failures = [var.fanout]
}

run "fanout_rejects_wheels_for_another_architecture_but_not_its_own" {
  command = plan

  variables {
    requirements = "tests/packages/requirements.txt"
    fanout       = { architecture = "arm64" }
  }
}

run "fanout_rejects_wheels_for_another_runtime" {
  command = plan

  variables {
    requirements = "tests/packages/requirements.txt"
    fanout       = { runtime = "python3.12" }
  }

  expect_failures = [var.fanout]
}

run "fanout_rejects_wheels_for_another_runtime_but_not_its_own" {
  command = plan

  variables {
    requirements = "tests/packages/requirements.txt"
    fanout       = { runtime = "python3.13" }
  }
}

run "fanout_memory_size_rejects_127" {
  command = plan

  variables {
    fanout = { memory_size = 127 }
  }

  expect_failures = [var.fanout]
}

run "fanout_memory_size_rejects_127_but_not_128" {
  command = plan

  variables {
    fanout = { memory_size = 128 }
  }
}

run "fanout_memory_size_rejects_10241" {
  command = plan

  variables {
    fanout = { memory_size = 10241 }
  }

  expect_failures = [var.fanout]
}

run "fanout_memory_size_rejects_10241_but_not_10240" {
  command = plan

  variables {
    fanout = { memory_size = 10240 }
  }
}

run "fanout_memory_size_rejects_a_fraction" {
  command = plan

  variables {
    fanout = { memory_size = 256.5 }
  }

  expect_failures = [var.fanout]
}

run "fanout_memory_size_rejects_a_fraction_but_not_a_whole_number" {
  command = plan

  variables {
    fanout = { memory_size = 256 }
  }
}

run "fanout_timeout_rejects_9" {
  command = plan

  variables {
    fanout = { timeout = 9 }
  }

  expect_failures = [var.fanout]
}

run "fanout_timeout_rejects_9_but_not_10" {
  command = plan

  variables {
    fanout = { timeout = 10 }
  }
}

run "fanout_timeout_rejects_901" {
  command = plan

  variables {
    fanout = { timeout = 901 }
  }

  expect_failures = [var.fanout]
}

run "fanout_timeout_rejects_901_but_not_900" {
  command = plan

  variables {
    fanout = { timeout = 900 }
  }
}

run "fanout_timeout_rejects_a_fraction" {
  command = plan

  variables {
    fanout = { timeout = 10.5 }
  }

  expect_failures = [var.fanout]
}

run "fanout_timeout_rejects_a_fraction_but_not_a_whole_number" {
  command = plan

  variables {
    fanout = { timeout = 10 }
  }
}

run "maximum_receives_rejects_0" {
  command = plan

  variables {
    fanout = { maximum_receives = 0 }
  }

  expect_failures = [var.fanout]
}

run "maximum_receives_rejects_0_but_not_1" {
  command = plan

  variables {
    fanout = { maximum_receives = 1 }
  }
}

run "maximum_receives_rejects_1001" {
  command = plan

  variables {
    fanout = { maximum_receives = 1001 }
  }

  expect_failures = [var.fanout]
}

run "maximum_receives_rejects_1001_but_not_1000" {
  command = plan

  variables {
    fanout = { maximum_receives = 1000 }
  }
}

run "maximum_receives_rejects_a_fraction" {
  command = plan

  variables {
    fanout = { maximum_receives = 1.5 }
  }

  expect_failures = [var.fanout]
}

run "maximum_receives_rejects_a_fraction_but_not_a_whole_number" {
  command = plan

  variables {
    fanout = { maximum_receives = 1 }
  }
}

run "fanout_rejects_key_by_alias" {
  command = plan

  variables {
    fanout = { kms_key_arn = "alias/queue" }
  }

  expect_failures = [var.fanout]
}

run "fanout_rejects_key_by_alias_but_not_by_arn" {
  command = plan

  variables {
    fanout = { kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd" }
  }
}

run "fanout_rejects_key_of_logs_by_alias" {
  command = plan

  variables {
    fanout = { log_kms_key_arn = "alias/logs" }
  }

  expect_failures = [var.fanout]
}

run "fanout_rejects_key_of_logs_by_alias_but_not_by_arn" {
  command = plan

  variables {
    fanout = { log_kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd" }
  }
}

run "fanout_log_level_rejects_lower_case" {
  command = plan

  variables {
    fanout = { log_level = "debug" }
  }

  expect_failures = [var.fanout]
}

run "fanout_log_level_rejects_lower_case_but_not_upper_case" {
  command = plan

  variables {
    fanout = { log_level = "DEBUG" }
  }
}

run "fanout_log_retention_rejects_what_cloudwatch_does_not_offer" {
  command = plan

  variables {
    fanout = { log_retention_in_days = 2 }
  }

  expect_failures = [var.fanout]
}

run "fanout_log_retention_rejects_what_cloudwatch_does_not_offer_but_not_what_it_does" {
  command = plan

  variables {
    fanout = { log_retention_in_days = 1 }
  }
}
