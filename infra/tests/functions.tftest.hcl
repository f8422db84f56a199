# What functions may be.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$default" = { function = "app" } }
}

run "functions_accept_all_that_is_just_inside_the_rules" {
  command = plan

  variables {
    package_path = "outputs.tf" # any file: nothing runs it

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

run "functions_take_everything_that_lambda_offers" {
  variables {
    functions = {
      app = {
        handler                 = "handlers.default.handler"
        layers                  = ["arn:aws:lambda:us-east-1:111122223333:layer:tools:7"]
        vpc                     = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
        reserved_concurrency    = 5
        provisioned_concurrency = 2
        alias                   = { version = "3", weights = { "4" = 0.1 } }
        ephemeral_storage       = 1024
        environment             = { API_KEY = sensitive("a secret") }
        tracing                 = true
        log_kms_key_arn         = "arn:aws:kms:us-east-1:111122223333:key/logs"
      }
      quick = { handler = "handlers.default.handler", snap_start = true, alias = {} }
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
      nonsensitive(aws_lambda_function.functions["app"].environment[0].variables["API_KEY"]) == "a secret" &&
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
      aws_lambda_permission.routes["$default"].qualifier == "live" && output.alias_arns["app"] == aws_lambda_alias.functions["app"].arn &&
      output.function_versions["app"] == aws_lambda_function.functions["app"].version
    )
    error_message = "Routes must call the alias, which stands for version 3 and tries version 4."
  }
}
