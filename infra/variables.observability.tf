variable "metrics" {
  description = <<-EOT
    What functions count of themselves: connections, messages, broadcasts and what became of each post. They write it into their logs, from which CloudWatch makes metrics, billed as custom ones; none if left out, with {} all.
    - namespace: that of the metrics; their dimensions are ApiId and Stage.
  EOT
  type = object({
    namespace = optional(string, "WebSocket")
  })
  default = null

  # Amazon CloudWatch API reference, PutMetricData: Namespace.
  validation {
    condition     = var.metrics == null ? true : can(regex("^[A-Za-z0-9._/#-][A-Za-z0-9._/#:-]{0,254}$", var.metrics.namespace)) && !startswith(var.metrics.namespace, "AWS/")
    error_message = "metrics.namespace must be at most 255 letters, digits or ./_-#:, and begin neither with ':' nor with \"AWS/\", which is kept for AWS's own; it is \"${try(var.metrics.namespace, "null")}\"."
  }
}

variable "alarms" {
  description = <<-EOT
    CloudWatch alarms on the API, its functions, its table, and on fanout and metrics if there are; none if left out, all of them with {}.
    - topic_arns: SNS topics that are told when an alarm goes off and when it is over. They must let cloudwatch.amazonaws.com publish.
    - period: seconds over which a metric is counted. An alarm goes off after one period at or above its threshold; a period without data is a good one.
    - thresholds: each for one period.
      - client_errors: requests that API Gateway refused, as for a wrong key, no route or too many requests.
      - integration_errors: answers of an integration with a status of 400 or more.
      - execution_errors: calls of an integration that failed, as for a missing permission.
      - integration_latency: milliseconds that an integration takes, of which 99 in 100 must stay below.
      - function_errors: invocations of one function that failed.
      - function_throttles: invocations of one function that Lambda refused for want of concurrency.
      - table_throttles: reads, and writes, that DynamoDB refused for want of capacity.
      - fanout_dead_letters: pieces of broadcasts that no worker could send.
      - fanout_age: seconds that the oldest piece of a broadcast waits for a worker.
      - fanout_lag: milliseconds from the publication of a message to the end of a worker's step, of which 99 in 100 must stay below. Needs metrics, as what follows.
      - broadcasts_given_up: broadcasts that were not sent to all.
      - handler_errors: events whose handler failed, or of which a row was not stored.
      - posts_failed: connections that a message did not reach though they are open.
      - posts_throttled: connections that a message did not reach because API Gateway refused more posts.
  EOT
  type = object({
    topic_arns = optional(set(string), [])
    period     = optional(number, 300)
    thresholds = optional(object({
      client_errors       = optional(number, 100)
      integration_errors  = optional(number, 5)
      execution_errors    = optional(number, 1)
      integration_latency = optional(number, 5000)
      function_errors     = optional(number, 5)
      function_throttles  = optional(number, 1)
      table_throttles     = optional(number, 1)
      fanout_dead_letters = optional(number, 1)
      fanout_age          = optional(number, 60)
      fanout_lag          = optional(number, 60000)
      broadcasts_given_up = optional(number, 1)
      handler_errors      = optional(number, 5)
      posts_failed        = optional(number, 5)
      posts_throttled     = optional(number, 5)
    }), {})
  })
  default = null

  validation {
    condition     = var.alarms == null ? true : alltrue([for arn in var.alarms.topic_arns : can(regex("^arn:[^:]+:sns:[^:]+:[0-9]{12}:[A-Za-z0-9_-]+$", arn))])
    error_message = "alarms.topic_arns must be ARNs of SNS topics that are not FIFO, as in arn:aws:sns:eu-west-1:111122223333:alarms; given ${jsonencode(try(var.alarms.topic_arns, []))}."
  }

  # Amazon CloudWatch API reference, PutMetricAlarm: at most five actions a state.
  validation {
    condition     = var.alarms == null ? true : length(var.alarms.topic_arns) <= 5
    error_message = "alarms.topic_arns may hold 5 topics, which is all that CloudWatch tells of one alarm; given ${try(length(var.alarms.topic_arns), 0)}."
  }

  validation {
    condition     = var.alarms == null ? true : var.alarms.period >= 60 && var.alarms.period <= 86400 && var.alarms.period % 60 == 0
    error_message = "alarms.period must be a multiple of 60 seconds, from 60 to 86400, because the services measure once a minute; it is ${try(var.alarms.period, "null")}."
  }

  validation {
    condition     = var.alarms == null ? true : alltrue([for threshold in values(var.alarms.thresholds) : threshold > 0])
    error_message = "alarms.thresholds must be above 0, or an alarm never ends; given ${jsonencode(try(var.alarms.thresholds, null))}."
  }
}

variable "dashboard" {
  description = "Whether there is a CloudWatch dashboard with the metrics of the API, its functions and its table, and those of fanout and metrics if there are."
  type        = bool
  default     = false
  nullable    = false
}
