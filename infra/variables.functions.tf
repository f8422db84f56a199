variable "functions" {
  description = <<-EOT
    The Lambda functions, by key. All run from one zip; each has a role of its own that allows its own logs and what is named here.
    - handler: module and function in the zip, as in "handlers.connect.handler".
    - runtime: python3.11 or later.
    - architecture: arm64 or x86_64.
    - memory_size: MB, 128 to 10240.
    - timeout: seconds, at most 29 for a function that a route names, 900 for another.
    - environment: variables beside those that this module sets.
    - log_level: DEBUG, INFO, WARNING or ERROR.
    - log_retention_in_days: one of CloudWatch Logs' periods; 0 keeps logs forever.
    - table_actions: DynamoDB actions on the connection table, as in ["PutItem", "Query"]. Scan is not among them: it reads the whole table.
    - manage_connections: verbs on this API's @connections: POST sends, GET looks up, DELETE closes.
  EOT
  type = map(object({
    handler               = string
    runtime               = optional(string, "python3.13")
    architecture          = optional(string, "arm64")
    memory_size           = optional(number, 256)
    timeout               = optional(number, 10)
    environment           = optional(map(string), {})
    log_level             = optional(string, "INFO")
    log_retention_in_days = optional(number, 30)
    table_actions         = optional(set(string), [])
    manage_connections    = optional(set(string), [])
  }))
  default = {
    connect = {
      handler       = "handlers.connect.handler"
      table_actions = ["PutItem"]
    }
    default = {
      handler            = "handlers.default.handler"
      manage_connections = ["POST"]
    }
    disconnect = {
      handler       = "handlers.disconnect.handler"
      table_actions = ["Query", "DeleteItem"]
    }
  }
  nullable = false

  validation {
    condition     = alltrue([for key in keys(var.functions) : can(regex("^[A-Za-z0-9_-]+$", key))])
    error_message = "functions: a key is part of the function's name, so it may hold letters, digits, '-' and '_' only; given ${jsonencode(keys(var.functions))}."
  }

  validation {
    condition     = alltrue([for key in keys(var.functions) : length("${var.name}-${key}") <= 64])
    error_message = "functions: Lambda takes names of at most 64 characters; shorten name or the key in ${jsonencode([for key in keys(var.functions) : "${var.name}-${key}"])}."
  }

  validation {
    condition     = alltrue([for function in var.functions : can(regex("^[A-Za-z0-9_./-]+\\.[A-Za-z_][A-Za-z0-9_]*$", function.handler)) && length(function.handler) <= 128])
    error_message = "functions: handler must name a module and a function in it, as in \"handlers.connect.handler\", in at most 128 characters; given ${jsonencode({ for key, function in var.functions : key => function.handler })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : can(regex("^python3\\.1[1-9]$", function.runtime))])
    error_message = "functions: runtime must be python3.11 or later, which websocket_api needs; given ${jsonencode({ for key, function in var.functions : key => function.runtime })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : contains(["arm64", "x86_64"], function.architecture)])
    error_message = "functions: architecture must be arm64 or x86_64; given ${jsonencode({ for key, function in var.functions : key => function.architecture })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : function.memory_size >= 128 && function.memory_size <= 10240 && floor(function.memory_size) == function.memory_size])
    error_message = "functions: memory_size must be a whole number of MB from 128 to 10240; given ${jsonencode({ for key, function in var.functions : key => function.memory_size })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : function.timeout >= 1 && function.timeout <= 900 && floor(function.timeout) == function.timeout])
    error_message = "functions: timeout must be a whole number of seconds from 1 to 900; given ${jsonencode({ for key, function in var.functions : key => function.timeout })}."
  }

  validation {
    condition     = alltrue(flatten([for function in var.functions : [for name in keys(function.environment) : can(regex("^[A-Za-z][A-Za-z0-9_]+$", name))]]))
    error_message = "functions: a name in environment must be a letter and then one or more letters, digits or '_'; given ${jsonencode({ for key, function in var.functions : key => keys(function.environment) })}."
  }

  validation {
    condition     = alltrue(flatten([for function in var.functions : [for name in keys(function.environment) : !startswith(name, "WEBSOCKET_")]]))
    error_message = "functions: names in environment that begin with WEBSOCKET_ are set by this module, from log_level and table.connection_ttl_seconds among others; given ${jsonencode({ for key, function in var.functions : key => keys(function.environment) })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : length(setintersection(keys(function.environment), local.lambda_variables)) == 0])
    error_message = "functions: environment must not hold what Lambda sets itself (${join(", ", local.lambda_variables)}); given ${jsonencode({ for key, function in var.functions : key => keys(function.environment) })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : contains(["DEBUG", "INFO", "WARNING", "ERROR"], function.log_level)])
    error_message = "functions: log_level must be DEBUG, INFO, WARNING or ERROR; given ${jsonencode({ for key, function in var.functions : key => function.log_level })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : contains(local.log_retention_periods, function.log_retention_in_days)])
    error_message = "functions: log_retention_in_days must be one of ${join(", ", local.log_retention_periods)}; given ${jsonencode({ for key, function in var.functions : key => function.log_retention_in_days })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : length(setsubtract(function.table_actions, local.table_actions)) == 0])
    error_message = "functions: table_actions may hold ${join(", ", local.table_actions)}; given ${jsonencode({ for key, function in var.functions : key => function.table_actions })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : length(setsubtract(function.manage_connections, local.connection_verbs)) == 0])
    error_message = "functions: manage_connections may hold ${join(", ", local.connection_verbs)}; given ${jsonencode({ for key, function in var.functions : key => function.manage_connections })}."
  }
}
