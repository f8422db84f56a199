# What functions may not be, and beside it the nearest that it may.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$default" = { function = "app" } }
}

run "function_key_rejects_dot" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler" }, "my.app" = { handler = "handlers.default.handler" } }
  }

  expect_failures = [var.functions]
}

run "function_key_rejects_dot_but_not_dash" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler" }, "my-app" = { handler = "handlers.default.handler" } }
  }
}

run "handler_rejects_module_without_function" {
  command = plan

  variables {
    functions = { app = { handler = "app" } }
  }

  expect_failures = [var.functions]
}

run "handler_rejects_module_without_function_but_not_with_one" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler" } }
  }
}

run "handler_rejects_129_characters" {
  command = plan

  variables {
    package_s3 = { bucket = "builds", key = "lambda.zip" }
    functions  = { app = { handler = "${join("", [for _ in range(121) : "a"])}.handler" } }
  }

  expect_failures = [var.functions]
}

run "handler_rejects_129_characters_but_not_128" {
  command = plan

  variables {
    package_s3 = { bucket = "builds", key = "lambda.zip" }
    functions  = { app = { handler = "${join("", [for _ in range(120) : "a"])}.handler" } }
  }
}

run "runtime_rejects_python_3_10" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", runtime = "python3.10" } }
  }

  expect_failures = [var.functions]
}

run "runtime_rejects_python_3_10_but_not_3_11" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", runtime = "python3.11" } }
  }
}

run "architecture_rejects_other_words_for_it" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", architecture = "amd64" } }
  }

  expect_failures = [var.functions]
}

run "architecture_rejects_other_words_for_it_but_not_lambdas" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", architecture = "x86_64" } }
  }
}

run "memory_size_rejects_127" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", memory_size = 127 } }
  }

  expect_failures = [var.functions]
}

run "memory_size_rejects_127_but_not_128" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", memory_size = 128 } }
  }
}

run "memory_size_rejects_10241" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", memory_size = 10241 } }
  }

  expect_failures = [var.functions]
}

run "memory_size_rejects_10241_but_not_10240" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", memory_size = 10240 } }
  }
}

run "memory_size_rejects_a_fraction" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", memory_size = 256.5 } }
  }

  expect_failures = [var.functions]
}

run "memory_size_rejects_a_fraction_but_not_a_whole_number" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", memory_size = 256 } }
  }
}

run "timeout_rejects_0" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", timeout = 0 }, other = { handler = "handlers.default.handler" } }
    routes    = { "$default" = { function = "other" } }
  }

  expect_failures = [var.functions]
}

run "timeout_rejects_0_but_not_1" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", timeout = 1 }, other = { handler = "handlers.default.handler" } }
    routes    = { "$default" = { function = "other" } }
  }
}

run "timeout_rejects_901" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", timeout = 901 }, other = { handler = "handlers.default.handler" } }
    routes    = { "$default" = { function = "other" } }
  }

  expect_failures = [var.functions]
}

run "timeout_rejects_901_but_not_900" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", timeout = 900 }, other = { handler = "handlers.default.handler" } }
    routes    = { "$default" = { function = "other" } }
  }
}

run "timeout_rejects_a_fraction" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", timeout = 1.5 }, other = { handler = "handlers.default.handler" } }
    routes    = { "$default" = { function = "other" } }
  }

  expect_failures = [var.functions]
}

run "timeout_rejects_a_fraction_but_not_a_whole_number" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", timeout = 1 }, other = { handler = "handlers.default.handler" } }
    routes    = { "$default" = { function = "other" } }
  }
}

run "environment_rejects_what_the_module_sets" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", environment = { WEBSOCKET_TABLE_NAME = "mine" } } }
  }

  expect_failures = [var.functions]
}

run "environment_rejects_what_the_module_sets_but_not_other_names" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", environment = { TABLE_NAME = "mine" } } }
  }
}

run "environment_rejects_what_lambda_sets" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", environment = { AWS_REGION = "eu-west-1" } } }
  }

  expect_failures = [var.functions]
}

run "environment_rejects_what_lambda_sets_but_not_other_names" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", environment = { REGION = "eu-west-1" } } }
  }
}

run "environment_rejects_dash" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", environment = { "MY-NAME" = "mine" } } }
  }

  expect_failures = [var.functions]
}

run "environment_rejects_dash_but_not_underscore" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", environment = { MY_NAME = "mine" } } }
  }
}

run "log_level_rejects_lower_case" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", log_level = "debug" } }
  }

  expect_failures = [var.functions]
}

run "log_level_rejects_lower_case_but_not_upper_case" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", log_level = "DEBUG" } }
  }
}

run "log_retention_rejects_what_cloudwatch_does_not_offer" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", log_retention_in_days = 2 } }
  }

  expect_failures = [var.functions]
}

run "log_retention_rejects_what_cloudwatch_does_not_offer_but_not_what_it_does" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", log_retention_in_days = 1 } }
  }
}

run "table_actions_reject_scan" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", table_actions = ["Scan"] } }
  }

  expect_failures = [var.functions]
}

run "table_actions_reject_scan_but_not_query" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", table_actions = ["Query"] } }
  }
}

run "manage_connections_rejects_put" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", manage_connections = ["PUT"] } }
  }

  expect_failures = [var.functions]
}

run "manage_connections_rejects_put_but_not_post" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", manage_connections = ["POST"] } }
  }
}

run "functions_policy_statements_rejects_unknown_effect" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", policy_statements = [{ effect = "allow", actions = ["a:b"], resources = ["*"] }] } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_policy_statements_rejects_unknown_effect_but_not_known_one" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", policy_statements = [{ effect = "Allow", actions = ["a:b"], resources = ["*"] }] } }
    routes    = { "$default" = { function = "app" } }
  }
}

run "functions_layers_rejects_layer_without_version" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", layers = ["arn:aws:lambda:us-east-1:111122223333:layer:tools"] } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_layers_rejects_layer_without_version_but_not_with_one" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", layers = ["arn:aws:lambda:us-east-1:111122223333:layer:tools:1"] } }
    routes    = { "$default" = { function = "app" } }
  }
}

run "functions_vpc_rejects_no_subnet" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", vpc = { subnet_ids = [], security_group_ids = ["sg-1"] } } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_vpc_rejects_no_subnet_but_not_one" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", vpc = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] } } }
    routes    = { "$default" = { function = "app" } }
  }
}

run "functions_reserved_concurrency_rejects_minus_2" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", reserved_concurrency = -2 } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_reserved_concurrency_rejects_minus_2_but_not_minus_1" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", reserved_concurrency = -1 } }
    routes    = { "$default" = { function = "app" } }
  }
}

run "functions_provisioned_concurrency_rejects_no_alias" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", provisioned_concurrency = 1 } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_provisioned_concurrency_rejects_no_alias_but_not_one" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", provisioned_concurrency = 1, alias = {} } }
    routes    = { "$default" = { function = "app" } }
  }
}

run "functions_snap_start_rejects_no_alias" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", snap_start = true } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_snap_start_rejects_no_alias_but_not_one" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", snap_start = true, alias = {} } }
    routes    = { "$default" = { function = "app" } }
  }
}

run "functions_snap_start_rejects_python_3_11" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", snap_start = true, alias = {}, runtime = "python3.11" } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_snap_start_rejects_python_3_11_but_not_3_12" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", snap_start = true, alias = {}, runtime = "python3.12" } }
    routes    = { "$default" = { function = "app" } }
  }
}

run "functions_alias_rejects_name_that_begins_with_a_digit" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", alias = { name = "1live" } } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_alias_rejects_name_that_begins_with_a_digit_but_not_ends" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", alias = { name = "live1" } } }
    routes    = { "$default" = { function = "app" } }
  }
}

run "functions_alias_rejects_weight_above_1" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", alias = { version = "1", weights = { "2" = 1.1 } } } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_alias_rejects_weight_above_1_but_not_1" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", alias = { version = "1", weights = { "2" = 1 } } } }
    routes    = { "$default" = { function = "app" } }
  }
}

run "functions_alias_rejects_weights_without_version" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", alias = { weights = { "2" = 0.1 } } } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_alias_rejects_weights_without_version_but_not_with_one" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", alias = { version = "1", weights = { "2" = 0.1 } } } }
    routes    = { "$default" = { function = "app" } }
  }
}

run "functions_alias_rejects_two_weights" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", alias = { version = "1", weights = { "2" = 0.1, "3" = 0.1 } } } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_alias_rejects_two_weights_but_not_one" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", alias = { version = "1", weights = { "2" = 0.1 } } } }
    routes    = { "$default" = { function = "app" } }
  }
}

run "functions_ephemeral_storage_rejects_511" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", ephemeral_storage = 511 } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_ephemeral_storage_rejects_511_but_not_512" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", ephemeral_storage = 512 } }
    routes    = { "$default" = { function = "app" } }
  }
}

run "functions_log_kms_key_arn_rejects_alias_of_a_key" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", log_kms_key_arn = "alias/logs" } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_log_kms_key_arn_rejects_alias_of_a_key_but_not_key" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", log_kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd" } }
    routes    = { "$default" = { function = "app" } }
  }
}

run "functions_provisioned_concurrency_rejects_more_than_is_reserved" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", alias = {}, reserved_concurrency = 1, provisioned_concurrency = 2 } }
  }

  expect_failures = [var.functions]
}

run "functions_provisioned_concurrency_rejects_more_than_is_reserved_but_not_as_many" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler", alias = {}, reserved_concurrency = 1, provisioned_concurrency = 1 } }
  }
}
