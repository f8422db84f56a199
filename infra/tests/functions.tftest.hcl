# What functions may be.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "app.handler" } }
  routes    = { "$default" = { function = "app" } }
}

run "functions_accept_all_that_is_just_inside_the_rules" {
  command = plan

  variables {
    functions = {
      app = {
        handler               = "${join("", [for _ in range(120) : "a"])}.handler"
        runtime               = "python3.11"
        architecture          = "x86_64"
        memory_size           = 128
        timeout               = 1
        environment           = { A1 = "two characters", WEBSOCKETS = "no underscore", AWS_LAMBDA_EXEC_WRAPPER = "/opt/wrapper" }
        log_level             = "DEBUG"
        log_retention_in_days = 3
      }
      my-worker_2 = {
        handler               = "chat.rooms.join_2"
        memory_size           = 10240
        timeout               = 900
        log_retention_in_days = 0
      }
    }
  }

  assert {
    condition     = aws_lambda_function.functions["app"].runtime == "python3.11" && aws_lambda_function.functions["app"].architectures == tolist(["x86_64"]) && length(aws_lambda_function.functions["app"].handler) == 128
    error_message = "Handler, runtime and architecture must be taken as they are."
  }

  assert {
    condition     = { for key, function in aws_lambda_function.functions : function.function_name => [function.memory_size, function.timeout] } == { websocket-app = [128, 1], websocket-my-worker_2 = [10240, 900] }
    error_message = "Memory and timeout must be taken as they are."
  }

  assert {
    condition     = { for key in ["A1", "WEBSOCKETS", "AWS_LAMBDA_EXEC_WRAPPER"] : key => aws_lambda_function.functions["app"].environment[0].variables[key] } == { A1 = "two characters", WEBSOCKETS = "no underscore", AWS_LAMBDA_EXEC_WRAPPER = "/opt/wrapper" }
    error_message = "The function must be given the user's variables."
  }

  assert {
    condition     = aws_lambda_function.functions["app"].environment[0].variables["WEBSOCKET_TABLE_NAME"] == "websocket-connections" && aws_lambda_function.functions["app"].environment[0].variables["WEBSOCKET_LOG_LEVEL"] == "DEBUG"
    error_message = "The function must be given the module's variables beside the user's."
  }

  assert {
    condition     = { for key, group in aws_cloudwatch_log_group.functions : key => group.retention_in_days } == { app = 3, my-worker_2 = 0 }
    error_message = "The log groups must keep their events that long."
  }
}

run "function_key_rejects_dot" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler" }, "my.app" = { handler = "app.handler" } }
  }

  expect_failures = [var.functions]
}

run "handler_rejects_module_without_function" {
  command = plan

  variables {
    functions = { app = { handler = "app" } }
  }

  expect_failures = [var.functions]
}

run "handler_rejects_129_characters" {
  command = plan

  variables {
    functions = { app = { handler = "${join("", [for _ in range(121) : "a"])}.handler" } }
  }

  expect_failures = [var.functions]
}

run "runtime_rejects_python_3_10" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", runtime = "python3.10" } }
  }

  expect_failures = [var.functions]
}

run "architecture_rejects_other_words_for_it" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", architecture = "amd64" } }
  }

  expect_failures = [var.functions]
}

run "memory_size_rejects_127" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", memory_size = 127 } }
  }

  expect_failures = [var.functions]
}

run "memory_size_rejects_10241" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", memory_size = 10241 } }
  }

  expect_failures = [var.functions]
}

run "memory_size_rejects_a_fraction" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", memory_size = 256.5 } }
  }

  expect_failures = [var.functions]
}

run "timeout_rejects_0" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", timeout = 0 }, other = { handler = "app.handler" } }
    routes    = { "$default" = { function = "other" } }
  }

  expect_failures = [var.functions]
}

run "timeout_rejects_901" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", timeout = 901 }, other = { handler = "app.handler" } }
    routes    = { "$default" = { function = "other" } }
  }

  expect_failures = [var.functions]
}

run "timeout_rejects_a_fraction" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", timeout = 1.5 }, other = { handler = "app.handler" } }
    routes    = { "$default" = { function = "other" } }
  }

  expect_failures = [var.functions]
}

run "environment_rejects_what_the_module_sets" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", environment = { WEBSOCKET_TABLE_NAME = "mine" } } }
  }

  expect_failures = [var.functions]
}

run "environment_rejects_what_lambda_sets" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", environment = { AWS_REGION = "eu-west-1" } } }
  }

  expect_failures = [var.functions]
}

run "environment_rejects_dash" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", environment = { "MY-NAME" = "mine" } } }
  }

  expect_failures = [var.functions]
}

run "log_level_rejects_lower_case" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", log_level = "debug" } }
  }

  expect_failures = [var.functions]
}

run "log_retention_rejects_what_cloudwatch_does_not_offer" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", log_retention_in_days = 2 } }
  }

  expect_failures = [var.functions]
}

run "table_actions_reject_scan" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", table_actions = ["Scan"] } }
  }

  expect_failures = [var.functions]
}

run "manage_connections_rejects_put" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", manage_connections = ["PUT"] } }
  }

  expect_failures = [var.functions]
}

run "a_function_may_do_what_it_names_and_no_more" {
  variables {
    functions = {
      app = {
        handler            = "app.handler"
        table_actions      = ["BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"]
        manage_connections = ["DELETE", "GET", "POST"]
      }
      idle = { handler = "idle.handler" }
    }
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.functions["app"].policy).Statement : statement.Sid => statement.Action } == {
      WriteOwnLogs       = ["logs:CreateLogStream", "logs:PutLogEvents"]
      UseConnectionTable = [for action in ["BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"] : "dynamodb:${action}"]
      ManageConnections  = ["execute-api:ManageConnections"]
    }
    error_message = "The role must allow each action that the function names."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.functions["app"].policy).Statement[2].Resource == [for verb in ["DELETE", "GET", "POST"] : "arn:aws:execute-api:us-east-1:111122223333:a1b2c3d4e5/prod/${verb}/@connections/*"]
    error_message = "The role must allow each verb that the function names, on this API and stage."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.functions["idle"].policy).Statement : statement.Sid] == ["WriteOwnLogs"]
    error_message = "A function that names nothing may only write its logs."
  }
}

run "functions_take_everything_that_lambda_offers" {
  variables {
    functions = {
      app = {
        handler                 = "app.handler"
        layers                  = ["arn:aws:lambda:us-east-1:111122223333:layer:tools:7"]
        vpc                     = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
        reserved_concurrency    = 5
        provisioned_concurrency = 2
        alias                   = { version = "3", weights = { "4" = 0.1 } }
        ephemeral_storage       = 1024
        tracing                 = true
        log_kms_key_arn         = "arn:aws:kms:us-east-1:111122223333:key/logs"
        policy_statements = [
          { actions = ["sqs:SendMessage"], resources = ["arn:aws:sqs:us-east-1:111122223333:jobs"] },
          { sid = "NotHere", effect = "Deny", actions = ["sns:*"], resources = ["*"], conditions = { StringEquals = { "aws:RequestedRegion" = ["us-east-1"] } } },
        ]
      }
      quick = { handler = "quick.handler", snap_start = true, alias = {} }
    }
    routes = { "$default" = { function = "app" } }
  }

  assert {
    condition = (
      aws_lambda_function.functions["app"].layers == tolist(["arn:aws:lambda:us-east-1:111122223333:layer:tools:7"]) &&
      aws_lambda_function.functions["app"].vpc_config[0].subnet_ids == toset(["subnet-1"]) &&
      aws_lambda_function.functions["app"].reserved_concurrent_executions == 5 &&
      aws_lambda_function.functions["app"].ephemeral_storage[0].size == 1024 &&
      aws_lambda_function.functions["app"].tracing_config[0].mode == "Active" &&
      aws_lambda_function.functions["app"].publish && aws_cloudwatch_log_group.functions["app"].kms_key_id == "arn:aws:kms:us-east-1:111122223333:key/logs"
    )
    error_message = "Each setting must reach the function."
  }

  assert {
    condition     = aws_lambda_function.functions["quick"].snap_start[0].apply_on == "PublishedVersions" && length(aws_lambda_function.functions["app"].snap_start) == 0
    error_message = "Only the function that asks for it may start from a snapshot."
  }

  assert {
    condition = (
      aws_lambda_alias.functions["app"].function_version == "3" &&
      aws_lambda_alias.functions["app"].routing_config[0].additional_version_weights == tomap({ "4" = 0.1 }) &&
      aws_lambda_provisioned_concurrency_config.functions["app"].qualifier == "live" &&
      aws_apigatewayv2_integration.websocket["app"].integration_uri == aws_lambda_alias.functions["app"].invoke_arn &&
      aws_lambda_permission.routes["$default"].qualifier == "live" && output.alias_arns["app"] == aws_lambda_alias.functions["app"].arn
    )
    error_message = "Routes must call the alias, which stands for version 3 and tries version 4."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.functions["app"].policy).Statement : try(statement.Sid, "none")] == [
      "WriteOwnLogs", "SendTraces", "AttachToVpc", "none", "NotHere",
    ]
    error_message = "The role must allow what the settings need, and what policy_statements say."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.functions["app"].policy).Statement[4] == { Sid = "NotHere", Effect = "Deny", Action = ["sns:*"], Resource = ["*"], Condition = { StringEquals = { "aws:RequestedRegion" = ["us-east-1"] } } }
    error_message = "A statement must stand as it was given."
  }
}

run "functions_policy_statements_rejects_unknown_effect" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", policy_statements = [{ effect = "allow", actions = ["a:b"], resources = ["*"] }] } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_layers_rejects_layer_without_version" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", layers = ["arn:aws:lambda:us-east-1:111122223333:layer:tools"] } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_vpc_rejects_no_subnet" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", vpc = { subnet_ids = [], security_group_ids = ["sg-1"] } } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_reserved_concurrency_rejects_minus_2" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", reserved_concurrency = -2 } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_provisioned_concurrency_rejects_no_alias" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", provisioned_concurrency = 1 } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_snap_start_rejects_no_alias" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", snap_start = true } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_snap_start_rejects_python_3_11" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", snap_start = true, alias = {}, runtime = "python3.11" } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_alias_rejects_name_that_begins_with_a_digit" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", alias = { name = "1live" } } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_alias_rejects_weight_above_1" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", alias = { version = "1", weights = { "2" = 1.1 } } } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_alias_rejects_weights_without_version" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", alias = { weights = { "2" = 0.1 } } } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_alias_rejects_two_weights" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", alias = { version = "1", weights = { "2" = 0.1, "3" = 0.1 } } } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_ephemeral_storage_rejects_511" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", ephemeral_storage = 511 } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}

run "functions_log_kms_key_arn_rejects_alias_of_a_key" {
  command = plan

  variables {
    functions = { app = { handler = "app.handler", log_kms_key_arn = "alias/logs" } }
    routes    = { "$default" = { function = "app" } }
  }

  expect_failures = [var.functions]
}
