variable "stage" {
  description = <<-EOT
    The stage, the last part of the API's address.
    - name: letters, digits, '-' and '_'.
    - throttle: for each route that sets none of its own.
      - rate_limit: requests a second.
      - burst_limit: requests at once.
    - variables: stage variables, which integrations read as stageVariables.NAME. Not for secrets: anyone who may read the stage reads them.
    - access_logs: one line for each connection, message and disconnection; none if left out.
      - format: the line, with $context variables; JSON with identifiers, statuses and errors if left out.
      - retention_in_days: one of CloudWatch Logs' periods; 0 keeps logs forever.
      - kms_key_arn: key that encrypts the logs; CloudWatch Logs' own if left out.
    - execution_logs: what API Gateway logs of its own work: OFF, ERROR or INFO.
    - data_trace: whether execution logs hold whole messages, with whatever secrets are in them.
    - detailed_metrics: whether there are metrics for each route, which CloudWatch bills as custom ones.
    - account_logging_acknowledged: that API Gateway has a role for logs in this account and region, which access_logs and execution_logs need. infra/modules/account_logging makes it; its README says what else it touches.
  EOT
  type = object({
    name = optional(string, "prod")
    throttle = optional(object({
      rate_limit  = optional(number, 100)
      burst_limit = optional(number, 50)
    }), {})
    variables = optional(map(string), {})
    access_logs = optional(object({
      format            = optional(string)
      retention_in_days = optional(number, 30)
      kms_key_arn       = optional(string)
    }))
    execution_logs               = optional(string, "OFF")
    data_trace                   = optional(bool, false)
    detailed_metrics             = optional(bool, false)
    account_logging_acknowledged = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.stage.name))
    error_message = "stage.name must be 1 to 128 letters, digits, '-' or '_'; it is \"${var.stage.name}\". A WebSocket API has no $default stage."
  }

  validation {
    condition     = var.stage.throttle.rate_limit > 0 && var.stage.throttle.rate_limit <= var.account_throttle.rate_limit
    error_message = "stage.throttle.rate_limit must be above 0 requests a second, or every request is answered 429, and at most ${var.account_throttle.rate_limit}, which is the account's (account_throttle); it is ${var.stage.throttle.rate_limit}."
  }

  validation {
    condition     = var.stage.throttle.burst_limit >= 1 && var.stage.throttle.burst_limit <= var.account_throttle.burst_limit && floor(var.stage.throttle.burst_limit) == var.stage.throttle.burst_limit
    error_message = "stage.throttle.burst_limit must be a whole number of requests, at least 1, or every request is answered 429, and at most ${var.account_throttle.burst_limit}, which is the account's (account_throttle); it is ${var.stage.throttle.burst_limit}."
  }

  # Amazon API Gateway V2 API reference, CreateStage.
  validation {
    condition     = alltrue([for name, value in var.stage.variables : can(regex("^[A-Za-z0-9_]+$", name)) && can(regex("^[A-Za-z0-9._~:/?#&=,-]+$", value))])
    error_message = "stage.variables: a name may hold letters, digits and '_'; a value letters, digits and -._~:/?#&=, alone; given ${jsonencode(var.stage.variables)}."
  }

  # Amazon API Gateway V2 API reference, "AccessLogSettings"; Developer Guide, "Quotas for configuring and running a WebSocket API".
  validation {
    condition     = try(var.stage.access_logs.format, null) == null ? true : can(regex("\\$context\\.requestId\\b", var.stage.access_logs.format)) && !can(regex("[\\r\\n]", var.stage.access_logs.format))
    error_message = "stage.access_logs.format must be one line that holds $context.requestId, which API Gateway asks for; it is ${jsonencode(try(var.stage.access_logs.format, null))}."
  }

  # 3 KB are 4096 characters in Base64, which counts bytes where length() counts characters.
  validation {
    condition     = try(length(base64encode(var.stage.access_logs.format)), 0) <= 4096
    error_message = "stage.access_logs.format must be at most 3 KB (3072 bytes); it is longer. Leave out what you do not need."
  }

  validation {
    condition     = var.stage.access_logs == null ? true : contains(local.log_retention_periods, var.stage.access_logs.retention_in_days)
    error_message = "stage.access_logs.retention_in_days must be one of ${join(", ", local.log_retention_periods)}; it is ${try(var.stage.access_logs.retention_in_days, "null")}."
  }

  validation {
    condition     = try(var.stage.access_logs.kms_key_arn, null) == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]+:key/.+$", var.stage.access_logs.kms_key_arn))
    error_message = "stage.access_logs.kms_key_arn must be the ARN of a key, not of an alias, as in arn:aws:kms:eu-west-1:111122223333:key/…; it is \"${coalesce(try(var.stage.access_logs.kms_key_arn, null), "null")}\"."
  }

  validation {
    condition     = contains(["OFF", "ERROR", "INFO"], var.stage.execution_logs)
    error_message = "stage.execution_logs must be OFF, ERROR or INFO; it is \"${var.stage.execution_logs}\"."
  }

  validation {
    condition     = !var.stage.data_trace || var.stage.execution_logs != "OFF"
    error_message = "stage.data_trace adds messages to execution logs, and stage.execution_logs is OFF. Set it to INFO, or remove data_trace."
  }

  validation {
    condition     = var.stage.account_logging_acknowledged || var.stage.access_logs == null && var.stage.execution_logs == "OFF"
    error_message = "stage.access_logs and stage.execution_logs need a role that is one for all APIs of the account in a region. Have it with infra/modules/account_logging, whose README says what it touches, and set stage.account_logging_acknowledged = true."
  }
}

variable "account_throttle" {
  description = <<-EOT
    What all APIs of the account may do in the region, calls to @connections among them; no other limit may be above it. It is what AWS has given the account: aws apigateway get-account prints it as throttleSettings. Most regions begin with the default, thirteen newer ones with 2500 and 1250, and AWS raises it on request.
    - rate_limit: requests a second.
    - burst_limit: requests at once, which AWS derives from that.
  EOT
  type = object({
    rate_limit  = optional(number, 10000)
    burst_limit = optional(number, 5000)
  })
  default  = {}
  nullable = false

  # Amazon API Gateway Developer Guide, "Amazon API Gateway quotas".
  validation {
    condition     = var.account_throttle.rate_limit >= 1
    error_message = "account_throttle.rate_limit must be at least 1 request a second; it is ${var.account_throttle.rate_limit}. aws apigateway get-account prints the account's as throttleSettings.rateLimit."
  }

  validation {
    condition     = var.account_throttle.burst_limit >= 1 && floor(var.account_throttle.burst_limit) == var.account_throttle.burst_limit
    error_message = "account_throttle.burst_limit must be a whole number of requests, at least 1; it is ${var.account_throttle.burst_limit}. aws apigateway get-account prints the account's as throttleSettings.burstLimit."
  }
}
