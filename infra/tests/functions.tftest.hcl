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
