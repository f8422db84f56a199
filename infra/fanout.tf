locals {
  # The workers' settings, by the key of all that belongs to them.
  fanouts = { for fanout in var.fanout[*] : "fanout" => fanout if var.create }

  # The worker, beside functions.
  fanout_functions = {
    for key, fanout in local.fanouts : key => {
      handler                 = "websocket_api.fanout.worker.handler"
      runtime                 = fanout.runtime
      architecture            = fanout.architecture
      memory_size             = fanout.memory_size
      timeout                 = fanout.timeout
      log_level               = fanout.log_level
      log_retention_in_days   = fanout.log_retention_in_days
      log_kms_key_arn         = fanout.log_kms_key_arn
      table_actions           = ["DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"]
      manage_connections      = ["GET", "POST"]
      publishes               = true
      policy_statements       = []
      layers                  = []
      vpc                     = null
      reserved_concurrency    = -1
      provisioned_concurrency = 0
      snap_start              = false
      alias                   = null
      ephemeral_storage       = 512
      tracing                 = fanout.tracing

      environment = {
        WEBSOCKET_FANOUT_POSTS_PER_SECOND = tostring(floor(fanout.posts_per_second / fanout.workers))
      }
    }
  }

  # Where those who publish put a broadcast, and from how many subscribers on.
  fanout_environment = merge([
    for key, fanout in local.fanouts : {
      WEBSOCKET_FANOUT_QUEUE_URL = aws_sqs_queue.fanout[key].url
      WEBSOCKET_FANOUT_THRESHOLD = tostring(fanout.threshold)
    }
  ]...)

  # What they need for that; the worker puts back what it has no time for.
  # Amazon SQS Developer Guide, "Key management": a sender needs a new data key, or one that is in use.
  fanout_publisher_statements = concat(
    [
      for queue in values(aws_sqs_queue.fanout) : {
        Sid      = "HandOverBroadcasts"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [queue.arn]
      }
    ],
    [
      for fanout in values(local.fanouts) : {
        Sid       = "UseQueueKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = [fanout.kms_key_arn]
        Condition = { StringLike = { "kms:ViaService" = "sqs.*" } }
      } if fanout.kms_key_arn != null
    ],
  )

  # AWS Lambda Developer Guide, "Configuring an Amazon SQS queue for use with Lambda".
  fanout_worker_statements = [
    for queue in values(aws_sqs_queue.fanout) : {
      Sid      = "WorkOffBroadcasts"
      Effect   = "Allow"
      Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
      Resource = [queue.arn]
    }
  ]

  # Amazon SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS".
  fanout_alarms = merge([
    for pair in setproduct(local.alarm_settings, keys(local.fanouts)) : {
      fanout-age = {
        namespace   = "AWS/SQS"
        dimensions  = { QueueName = aws_sqs_queue.fanout[pair[1]].name }
        statistic   = "Maximum"
        metric_name = "ApproximateAgeOfOldestMessage"
        threshold   = pair[0].thresholds.fanout_age
        description = "Broadcasts wait for a worker. Raise fanout.posts_per_second, or look for failed workers in their log."
      }
      fanout-dead-letters = {
        namespace   = "AWS/SQS"
        dimensions  = { QueueName = aws_sqs_queue.fanout_dead_letters[pair[1]].name }
        statistic   = "Maximum"
        metric_name = "ApproximateNumberOfMessagesVisible"
        threshold   = pair[0].thresholds.fanout_dead_letters
        description = "Workers gave up pieces of broadcasts, which wait in the dead-letter queue. The workers' log says why."
      }
    }
  ]...)

  fanout_graphs = concat([], [
    for key in keys(local.fanouts) : [
      {
        title = "Pieces of broadcasts that wait, and those given up"
        lines = [
          for queue in [aws_sqs_queue.fanout[key], aws_sqs_queue.fanout_dead_letters[key]] :
          ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue.name, { stat = "Maximum", label = queue.name }]
        ]
      },
      {
        title = "Seconds that the oldest piece waits"
        lines = [["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", aws_sqs_queue.fanout[key].name, { stat = "Maximum", label = "oldest" }]]
      },
    ]
  ]...)
}

# Broadcasts that wait for a worker, in pieces.
resource "aws_sqs_queue" "fanout" {
  for_each = local.fanouts

  name                    = "${var.name}-${each.key}"
  kms_master_key_id       = each.value.kms_key_arn
  sqs_managed_sse_enabled = each.value.kms_key_arn == null ? true : null
  tags                    = var.tags

  # What a killed worker had begun is seen again once its own time is over; AWS wants no less than that.
  visibility_timeout_seconds = each.value.timeout + 10

  # A broadcast of an hour ago is refused, and then a dead letter.
  message_retention_seconds = 4 * 60 * 60

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.fanout_dead_letters[each.key].arn
    maxReceiveCount     = each.value.maximum_receives
  })
}

# What no worker could do, to be looked at, for as long as SQS keeps anything.
resource "aws_sqs_queue" "fanout_dead_letters" {
  for_each = local.fanouts

  name                      = "${var.name}-${each.key}-dead-letters"
  kms_master_key_id         = each.value.kms_key_arn
  sqs_managed_sse_enabled   = each.value.kms_key_arn == null ? true : null
  message_retention_seconds = 14 * 24 * 60 * 60
  tags                      = var.tags
}

# Lambda reads the queue, and runs no more workers than share the rate.
resource "aws_lambda_event_source_mapping" "fanout" {
  for_each = local.fanouts

  event_source_arn        = aws_sqs_queue.fanout[each.key].arn
  function_name           = aws_lambda_function.functions[each.key].arn
  batch_size              = 1
  function_response_types = ["ReportBatchItemFailures"]
  tags                    = var.tags

  scaling_config {
    maximum_concurrency = each.value.workers
  }
}
