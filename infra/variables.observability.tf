variable "alarms" {
  description = <<-EOT
    CloudWatch alarms on the API, its functions and its table; none if left out, all of them with {}.
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
  description = "Whether there is a CloudWatch dashboard with the metrics of the API, its functions and its table."
  type        = bool
  default     = false
  nullable    = false
}
