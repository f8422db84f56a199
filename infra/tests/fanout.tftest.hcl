# Workers for large broadcasts, and what the functions count, applied.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = aws_sqs_queue.fanout["fanout"]
  values = { arn = "arn:aws:sqs:us-east-1:111122223333:chat-fanout", url = "https://sqs.us-east-1.amazonaws.com/111122223333/chat-fanout" }
}

override_resource {
  target = aws_sqs_queue.fanout_dead_letters["fanout"]
  values = { arn = "arn:aws:sqs:us-east-1:111122223333:chat-fanout-dead-letters", url = "https://sqs.us-east-1.amazonaws.com/111122223333/chat-fanout-dead-letters" }
}

override_resource {
  target = aws_lambda_function.functions["fanout"]
  values = { arn = "arn:aws:lambda:us-east-1:111122223333:function:chat-fanout" }
}

variables {
  name         = "chat"
  tags         = { team = "chat" }
  package_path = "tests/fanout.tftest.hcl" # any file: nothing runs it
  table        = { existing = { name = "rows", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/rows", kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/rows" } }
  functions = {
    app   = { handler = "app.handler", publishes = true, environment = { GREETING = "hello" } }
    other = { handler = "other.handler" }
  }
  routes = { "$connect" = { function = "app" }, "$default" = { function = "other" } }
}

run "broadcasts_wait_in_a_queue_for_few_workers" {
  variables {
    fanout = {}
  }

  assert {
    condition     = aws_sqs_queue.fanout["fanout"].name == "chat-fanout" && aws_sqs_queue.fanout["fanout"].sqs_managed_sse_enabled && aws_sqs_queue.fanout["fanout"].kms_master_key_id == null && aws_sqs_queue.fanout["fanout"].tags.team == "chat"
    error_message = "The queue must be named after the API, encrypted, and have the tags."
  }

  assert {
    condition     = aws_sqs_queue.fanout["fanout"].visibility_timeout_seconds == 40 && aws_lambda_function.functions["fanout"].timeout == 30 && aws_sqs_queue.fanout["fanout"].message_retention_seconds == 14400
    error_message = "What a killed worker had must be seen 10 seconds after its time, and nothing of yesterday."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.fanout["fanout"].redrive_policy) == { deadLetterTargetArn = "arn:aws:sqs:us-east-1:111122223333:chat-fanout-dead-letters", maxReceiveCount = 5 }
    error_message = "After five attempts a piece must be put aside."
  }

  assert {
    condition     = aws_sqs_queue.fanout_dead_letters["fanout"].name == "chat-fanout-dead-letters" && aws_sqs_queue.fanout_dead_letters["fanout"].message_retention_seconds == 1209600 && aws_sqs_queue.fanout_dead_letters["fanout"].sqs_managed_sse_enabled && aws_sqs_queue.fanout_dead_letters["fanout"].tags.team == "chat"
    error_message = "Dead letters must be kept for 14 days, encrypted."
  }

  assert {
    condition = alltrue([
      for mapping in [aws_lambda_event_source_mapping.fanout["fanout"]] :
      mapping.event_source_arn == "arn:aws:sqs:us-east-1:111122223333:chat-fanout" && mapping.function_name == "arn:aws:lambda:us-east-1:111122223333:function:chat-fanout" &&
      mapping.batch_size == 1 && mapping.function_response_types == toset(["ReportBatchItemFailures"]) && mapping.scaling_config[0].maximum_concurrency == 2
    ])
    error_message = "The queue must invoke two workers at most, with one piece each, and hear of failures."
  }

  assert {
    condition = alltrue([
      for function in [aws_lambda_function.functions["fanout"]] :
      function.function_name == "chat-fanout" && function.handler == "websocket_api.fanout.worker.handler" && function.runtime == "python3.13" && function.architectures == tolist(["arm64"]) &&
      function.memory_size == 1769 && function.filename == "tests/fanout.tftest.hcl" && function.tracing_config[0].mode == "PassThrough" && function.logging_config[0].log_group == "/aws/lambda/chat-fanout"
    ])
    error_message = "The worker must be websocket_api's, from the functions' zip, with a whole CPU."
  }

  assert {
    condition = aws_lambda_function.functions["fanout"].environment[0].variables == tomap({
      WEBSOCKET_CONNECTION_TTL_SECONDS  = "7500"
      WEBSOCKET_FANOUT_POSTS_PER_SECOND = "2500"
      WEBSOCKET_FANOUT_QUEUE_URL        = "https://sqs.us-east-1.amazonaws.com/111122223333/chat-fanout"
      WEBSOCKET_FANOUT_THRESHOLD        = "1000"
      WEBSOCKET_LOG_LEVEL               = "INFO"
      WEBSOCKET_MANAGEMENT_ENDPOINT     = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"
      WEBSOCKET_TABLE_NAME              = "rows"
    })
    error_message = "A worker must be told the queue, and its half of the rate."
  }

  assert {
    condition = {
      for key in ["app", "other"] : key => { for name, value in aws_lambda_function.functions[key].environment[0].variables : name => value if strcontains(name, "FANOUT") || name == "GREETING" }
      } == {
      app   = { GREETING = "hello", WEBSOCKET_FANOUT_QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/111122223333/chat-fanout", WEBSOCKET_FANOUT_THRESHOLD = "1000" }
      other = {}
    }
    error_message = "Only a function that publishes must be told the queue."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.functions["fanout"].policy).Statement == [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:aws:logs:us-east-1:111122223333:log-group:mock:*"]
      },
      {
        Sid      = "UseConnectionTable"
        Effect   = "Allow"
        Action   = [for action in ["DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"] : "dynamodb:${action}"]
        Resource = ["arn:aws:dynamodb:us-east-1:111122223333:table/rows"]
      },
      {
        Sid       = "UseTableKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = ["arn:aws:kms:us-east-1:111122223333:key/rows"]
        Condition = { StringLike = { "kms:ViaService" = "dynamodb.*" } }
      },
      {
        Sid      = "ManageConnections"
        Effect   = "Allow"
        Action   = ["execute-api:ManageConnections"]
        Resource = [for verb in ["GET", "POST"] : "arn:aws:execute-api:us-east-1:111122223333:a1b2c3d4e5/prod/${verb}/@connections/*"]
      },
      {
        Sid      = "HandOverBroadcasts"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = ["arn:aws:sqs:us-east-1:111122223333:chat-fanout"]
      },
      {
        Sid      = "WorkOffBroadcasts"
        Effect   = "Allow"
        Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        Resource = ["arn:aws:sqs:us-east-1:111122223333:chat-fanout"]
      },
    ]
    error_message = "A worker may use the queue, the table and the connections, and no more."
  }

  assert {
    condition = {
      for key in ["app", "other"] : key => [for statement in jsondecode(aws_iam_role_policy.functions[key].policy).Statement : "${statement.Sid} ${join(" ", statement.Action)} ${join(" ", statement.Resource)}" if statement.Sid != "WriteOwnLogs"]
      } == {
      app   = ["HandOverBroadcasts sqs:SendMessage arn:aws:sqs:us-east-1:111122223333:chat-fanout"]
      other = []
    }
    error_message = "A function that publishes may put messages on the queue, and no other may."
  }

  assert {
    condition     = [for statement in jsondecode(output.publisher_policy_json).Statement : statement if startswith(statement.Action[0], "sqs:")] == [{ Sid = "HandOverBroadcasts", Effect = "Allow", Action = ["sqs:SendMessage"], Resource = ["arn:aws:sqs:us-east-1:111122223333:chat-fanout"] }]
    error_message = "A publisher outside may put messages on the queue."
  }

  assert {
    condition = [output.fanout_queue_url, output.fanout_queue_arn, output.fanout_dead_letter_queue_url, output.fanout_dead_letter_queue_arn] == [
      "https://sqs.us-east-1.amazonaws.com/111122223333/chat-fanout", "arn:aws:sqs:us-east-1:111122223333:chat-fanout",
      "https://sqs.us-east-1.amazonaws.com/111122223333/chat-fanout-dead-letters", "arn:aws:sqs:us-east-1:111122223333:chat-fanout-dead-letters",
    ]
    error_message = "The outputs must name both queues."
  }
}

run "settings_of_workers_are_taken" {
  variables {
    fanout = {
      threshold             = 0
      posts_per_second      = 9900
      workers               = 7
      architecture          = "x86_64"
      runtime               = "python3.12"
      memory_size           = 512
      timeout               = 60
      maximum_receives      = 3
      kms_key_arn           = "arn:aws:kms:us-east-1:111122223333:key/queue"
      log_level             = "DEBUG"
      log_retention_in_days = 7
      log_kms_key_arn       = "arn:aws:kms:us-east-1:111122223333:key/logs"
      tracing               = true
    }
  }

  assert {
    condition = alltrue([
      for function in [aws_lambda_function.functions["fanout"]] :
      function.runtime == "python3.12" && function.architectures == tolist(["x86_64"]) && function.memory_size == 512 && function.timeout == 60 && function.tracing_config[0].mode == "Active" &&
      function.environment[0].variables.WEBSOCKET_LOG_LEVEL == "DEBUG" && function.environment[0].variables.WEBSOCKET_FANOUT_POSTS_PER_SECOND == "1414"
    ]) && aws_lambda_function.functions["app"].environment[0].variables.WEBSOCKET_FANOUT_THRESHOLD == "0"
    error_message = "The worker must be as given, its share rounded down."
  }

  assert {
    condition     = aws_cloudwatch_log_group.functions["fanout"].retention_in_days == 7 && aws_cloudwatch_log_group.functions["fanout"].kms_key_id == "arn:aws:kms:us-east-1:111122223333:key/logs"
    error_message = "Its logs must be kept as given."
  }

  assert {
    condition     = aws_sqs_queue.fanout["fanout"].visibility_timeout_seconds == 70 && jsondecode(aws_sqs_queue.fanout["fanout"].redrive_policy).maxReceiveCount == 3 && aws_lambda_event_source_mapping.fanout["fanout"].scaling_config[0].maximum_concurrency == 7
    error_message = "Queue and mapping must follow."
  }

  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.fanout["fanout"], aws_sqs_queue.fanout_dead_letters["fanout"]] : queue.kms_master_key_id == "arn:aws:kms:us-east-1:111122223333:key/queue"])
    error_message = "Both queues must be encrypted with the given key."
  }

  assert {
    condition = {
      for key, policy in merge({ for key in ["app", "other", "fanout"] : key => aws_iam_role_policy.functions[key].policy }, { publisher = output.publisher_policy_json }) :
      key => [for statement in jsondecode(policy).Statement : statement if statement.Sid == "UseQueueKey"]
      } == merge({ other = [] }, {
        for key in ["app", "fanout", "publisher"] : key => [{
          Sid       = "UseQueueKey"
          Effect    = "Allow"
          Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource  = ["arn:aws:kms:us-east-1:111122223333:key/queue"]
          Condition = { StringLike = { "kms:ViaService" = "sqs.*" } }
        }]
    })
    error_message = "Who uses the queue may use its key, through SQS only."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.functions["fanout"].policy).Statement : statement.Sid if contains(statement.Resource, "*")] == ["SendTraces"]
    error_message = "Only traces may be sent to no resource in particular."
  }
}

run "without_fanout_nothing_is_made_for_it" {
  command = plan

  variables {
    metrics   = {}
    dashboard = true
    alarms    = {}
  }

  assert {
    condition     = length(aws_sqs_queue.fanout) + length(aws_sqs_queue.fanout_dead_letters) + length(aws_lambda_event_source_mapping.fanout) == 0 && toset(keys(aws_lambda_function.functions)) == toset(["app", "other"])
    error_message = "What costs must be asked for."
  }

  assert {
    condition     = output.fanout_queue_url == null && output.fanout_queue_arn == null && output.fanout_dead_letter_queue_url == null && output.fanout_dead_letter_queue_arn == null
    error_message = "There may be no queue among the outputs."
  }

  assert {
    condition     = !contains([for graph in local.metrics_graphs : graph.title if length(graph.lines) > 0], "Milliseconds from publication to a worker's post") && !contains(keys(local.alarms), "metrics-fanout-lag")
    error_message = "Without workers there is no lag."
  }
}

run "workers_and_metrics_are_watched" {
  variables {
    fanout     = {}
    metrics    = { namespace = "Chat/Sockets" }
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], package_path = "tests/fanout.tftest.hcl" } }
    routes     = { "$connect" = { function = "app", authorizer = true } }
    dashboard  = true
    alarms = {
      thresholds = {
        fanout_dead_letters = 2
        fanout_age          = 3
        fanout_lag          = 4
        broadcasts_given_up = 5
        handler_errors      = 6
        posts_failed        = 7
        posts_throttled     = 8
      }
    }
  }

  assert {
    condition = {
      for key, function in aws_lambda_function.functions : key => [for name, value in function.environment[0].variables : "${name}=${value}" if strcontains(name, "METRICS")]
      } == merge({ authorizer = [] }, {
        for key in ["app", "other", "fanout"] : key => ["WEBSOCKET_METRICS_DIMENSIONS=ApiId=a1b2c3d4e5,Stage=prod", "WEBSOCKET_METRICS_NAMESPACE=Chat/Sockets"]
    })
    error_message = "All of websocket_api's functions must count, by API and stage."
  }

  assert {
    condition = {
      for key, alarm in aws_cloudwatch_metric_alarm.alarms : key => [alarm.namespace, alarm.metric_name, jsonencode(alarm.dimensions), coalesce(alarm.statistic, alarm.extended_statistic), tostring(alarm.threshold)]
      if startswith(key, "fanout") || startswith(key, "metrics")
      } == {
      fanout-age                  = ["AWS/SQS", "ApproximateAgeOfOldestMessage", "{\"QueueName\":\"chat-fanout\"}", "Maximum", "3"]
      fanout-dead-letters         = ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "{\"QueueName\":\"chat-fanout-dead-letters\"}", "Maximum", "2"]
      metrics-broadcasts-given-up = ["Chat/Sockets", "BroadcastsGivenUp", "{\"ApiId\":\"a1b2c3d4e5\",\"Stage\":\"prod\"}", "Sum", "5"]
      metrics-fanout-lag          = ["Chat/Sockets", "FanOutLag", "{\"ApiId\":\"a1b2c3d4e5\",\"Stage\":\"prod\"}", "p99", "4"]
      metrics-handler-errors      = ["Chat/Sockets", "HandlerErrors", "{\"ApiId\":\"a1b2c3d4e5\",\"Stage\":\"prod\"}", "Sum", "6"]
      metrics-posts-failed        = ["Chat/Sockets", "PostsFailed", "{\"ApiId\":\"a1b2c3d4e5\",\"Stage\":\"prod\"}", "Sum", "7"]
      metrics-posts-throttled     = ["Chat/Sockets", "PostsThrottled", "{\"ApiId\":\"a1b2c3d4e5\",\"Stage\":\"prod\"}", "Sum", "8"]
    }
    error_message = "There must be an alarm for each metric, with its own threshold."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.alarms["function-fanout-errors"].dimensions.FunctionName == "chat-fanout"
    error_message = "The worker must be watched as the functions are."
  }

  assert {
    condition = length(setsubtract(
      [
        "Chat/Sockets Connects", "Chat/Sockets ConnectsRejected", "Chat/Sockets Messages", "Chat/Sockets Disconnects", "Chat/Sockets Publishes",
        "Chat/Sockets PostsDelivered", "Chat/Sockets PostsGone", "Chat/Sockets PostsThrottled", "Chat/Sockets PostsFailed",
        "Chat/Sockets BroadcastsGivenUp", "Chat/Sockets HandlerErrors", "Chat/Sockets FanOutLag",
        "AWS/SQS ApproximateNumberOfMessagesVisible", "AWS/SQS ApproximateAgeOfOldestMessage",
      ],
      flatten([for widget in jsondecode(aws_cloudwatch_dashboard.websocket[0].dashboard_body).widgets : [for line in try(widget.properties.metrics, []) : try("${line[0]} ${line[1]}", "expression")]]),
    )) == 0
    error_message = "Every metric must be drawn."
  }
}
