variable "fanout" {
  description = <<-EOT
    Workers that send large broadcasts, over a queue and at a rate that leaves room for what clients send; none if left out, one with {}. Functions that hand broadcasts over say publishes = true.
    - threshold: to how many subscribers a function sends by itself, 0 to 5000; workers do the rest.
    - posts_per_second: what all workers together send; with stage.throttle.rate_limit at most account_throttle.rate_limit, which all APIs of an account share.
    - workers: how many run at once, 2 to 1000. Each has its share of posts_per_second; few with much each are the fastest.
    - architecture: arm64 or x86_64.
    - runtime: python3.11 or later.
    - memory_size: MB, 128 to 10240; 1769 are one whole CPU.
    - timeout: seconds that a worker works before it hands over to the next, 10 to 900. One that is killed is replaced 10 seconds after that.
    - maximum_receives: how often a piece of work is begun before it is put aside as a dead letter, 1 to 1000.
    - kms_key_arn: key that encrypts the queues; SQS's own, which is free, if left out.
    - log_level: DEBUG, INFO, WARNING or ERROR.
    - log_retention_in_days: one of CloudWatch Logs' periods; 0 keeps logs forever.
    - log_kms_key_arn: key that encrypts the worker's logs; CloudWatch Logs' own if left out.
    - tracing: whether X-Ray traces workers.
  EOT
  type = object({
    threshold             = optional(number, 1000)
    posts_per_second      = optional(number, 5000)
    workers               = optional(number, 2)
    architecture          = optional(string, "arm64")
    runtime               = optional(string, "python3.13")
    memory_size           = optional(number, 1769)
    timeout               = optional(number, 30)
    maximum_receives      = optional(number, 5)
    kms_key_arn           = optional(string)
    log_level             = optional(string, "INFO")
    log_retention_in_days = optional(number, 30)
    log_kms_key_arn       = optional(string)
    tracing               = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.fanout == null ? true : !contains(keys(var.functions), "fanout") && !contains(keys(var.integrations), "fanout") && length("${var.name}-fanout") <= 64
    error_message = "fanout makes the function ${var.name}-fanout: no key of functions or integrations may be \"fanout\" beside it, and name may have at most 57 characters."
  }

  validation {
    condition     = var.fanout == null ? true : var.fanout.threshold >= 0 && var.fanout.threshold <= 5000 && floor(var.fanout.threshold) == var.fanout.threshold
    error_message = "fanout.threshold must be a whole number of subscribers from 0 to 5000, as a function has to send to them before its own time ends; it is ${try(var.fanout.threshold, "null")}."
  }

  # AWS Lambda Developer Guide, "Configuring scaling behavior for SQS event source mappings".
  validation {
    condition     = var.fanout == null ? true : var.fanout.workers >= 2 && var.fanout.workers <= 1000 && floor(var.fanout.workers) == var.fanout.workers
    error_message = "fanout.workers must be a whole number from 2 to 1000, which is what Lambda takes as a queue's maximum concurrency; it is ${try(var.fanout.workers, "null")}."
  }

  validation {
    condition     = var.fanout == null ? true : var.fanout.posts_per_second >= var.fanout.workers && floor(var.fanout.posts_per_second) == var.fanout.posts_per_second
    error_message = "fanout.posts_per_second must be a whole number, at least one for each of fanout.workers; given ${try("${var.fanout.posts_per_second} for ${var.fanout.workers}", "null")}."
  }

  validation {
    condition     = var.fanout == null ? true : var.fanout.posts_per_second + var.stage.throttle.rate_limit <= var.account_throttle.rate_limit
    error_message = "fanout.posts_per_second and stage.throttle.rate_limit may be ${var.account_throttle.rate_limit} together, which is what the account has for both (account_throttle), or a broadcast keeps clients' messages out; given ${try(var.fanout.posts_per_second, "null")} and ${var.stage.throttle.rate_limit}. Lower one."
  }

  validation {
    condition     = var.fanout == null ? true : contains(["arm64", "x86_64"], var.fanout.architecture) && can(regex("^python3\\.1[1-9]$", var.fanout.runtime))
    error_message = "fanout: architecture must be arm64 or x86_64, and runtime python3.11 or later; given ${jsonencode(try([var.fanout.architecture, var.fanout.runtime], []))}."
  }

  validation {
    condition     = var.fanout == null || var.requirements == null ? true : alltrue([for function in var.functions : function.architecture == var.fanout.architecture && function.runtime == var.fanout.runtime])
    error_message = "fanout: with requirements, architecture and runtime must be those of functions, because they share one zip, and its wheels are for one of each; given ${jsonencode(try([var.fanout.architecture, var.fanout.runtime], []))}."
  }

  validation {
    condition     = var.fanout == null ? true : var.fanout.memory_size >= 128 && var.fanout.memory_size <= 10240 && floor(var.fanout.memory_size) == var.fanout.memory_size
    error_message = "fanout.memory_size must be a whole number of MB from 128 to 10240; it is ${try(var.fanout.memory_size, "null")}."
  }

  validation {
    condition     = var.fanout == null ? true : var.fanout.timeout >= 10 && var.fanout.timeout <= 900 && floor(var.fanout.timeout) == var.fanout.timeout
    error_message = "fanout.timeout must be a whole number of seconds from 10, as a worker needs some to hand over, to 900; it is ${try(var.fanout.timeout, "null")}."
  }

  # Amazon SQS API reference, SetQueueAttributes: RedrivePolicy.
  validation {
    condition     = var.fanout == null ? true : var.fanout.maximum_receives >= 1 && var.fanout.maximum_receives <= 1000 && floor(var.fanout.maximum_receives) == var.fanout.maximum_receives
    error_message = "fanout.maximum_receives must be a whole number from 1 to 1000; it is ${try(var.fanout.maximum_receives, "null")}."
  }

  validation {
    condition     = alltrue([for arn in compact([try(var.fanout.kms_key_arn, null), try(var.fanout.log_kms_key_arn, null)]) : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]+:key/.+$", arn))])
    error_message = "fanout: kms_key_arn and log_kms_key_arn must be ARNs of keys, not of aliases, as in arn:aws:kms:eu-west-1:111122223333:key/…; given ${jsonencode(compact([try(var.fanout.kms_key_arn, null), try(var.fanout.log_kms_key_arn, null)]))}."
  }

  validation {
    condition     = var.fanout == null ? true : contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.fanout.log_level)
    error_message = "fanout.log_level must be DEBUG, INFO, WARNING or ERROR; it is \"${try(var.fanout.log_level, "null")}\"."
  }

  validation {
    condition     = var.fanout == null ? true : contains(local.log_retention_periods, var.fanout.log_retention_in_days)
    error_message = "fanout.log_retention_in_days must be one of ${join(", ", local.log_retention_periods)}; it is ${try(var.fanout.log_retention_in_days, "null")}."
  }
}
