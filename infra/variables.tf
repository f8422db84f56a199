variable "name" {
  description = "Name of the API, and the first part of the name of everything else: functions are NAME-KEY, the table is NAME-connections. Two copies in one account and region need two names."
  type        = string
  default     = "websocket"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_-]{0,62}$", var.name))
    error_message = "name must begin with a letter, hold only letters, digits, '-' and '_', and have at most 63 characters; it is \"${var.name}\"."
  }
}

variable "tags" {
  description = "Tags of every resource that can carry them."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:")])
    error_message = "tags must not begin with \"aws:\", which AWS keeps for itself; rename ${join(", ", [for key in keys(var.tags) : key if startswith(lower(key), "aws:")])}."
  }
}

variable "route_selection_expression" {
  description = "What picks the route of a message. The default takes the key \"action\" of a JSON body; a message without it goes to the route $default."
  type        = string
  default     = "$request.body.action"
  nullable    = false

  validation {
    condition     = trimspace(var.route_selection_expression) != ""
    error_message = "route_selection_expression must not be empty; the usual one is \"$request.body.action\"."
  }
}

variable "stage" {
  description = <<-EOT
    The stage, the last part of the API's address.
    - name: letters, digits, '-' and '_'.
    - throttle: for each route that sets none of its own.
      - rate_limit: requests a second.
      - burst_limit: requests at once.
  EOT
  type = object({
    name = optional(string, "prod")
    throttle = optional(object({
      rate_limit  = optional(number, 100)
      burst_limit = optional(number, 50)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.stage.name))
    error_message = "stage.name must be 1 to 128 letters, digits, '-' or '_'; it is \"${var.stage.name}\". A WebSocket API has no $default stage."
  }

  validation {
    condition     = var.stage.throttle.rate_limit > 0
    error_message = "stage.throttle.rate_limit must be above 0 requests a second, or every request is answered 429; it is ${var.stage.throttle.rate_limit}."
  }

  validation {
    condition     = var.stage.throttle.burst_limit >= 1 && floor(var.stage.throttle.burst_limit) == var.stage.throttle.burst_limit
    error_message = "stage.throttle.burst_limit must be a whole number of requests, at least 1, or every request is answered 429; it is ${var.stage.throttle.burst_limit}."
  }
}

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

variable "routes" {
  description = <<-EOT
    The routes, by route key: $connect, $disconnect, $default, and any value that route_selection_expression may take. A map given here replaces the default one.
    - function: key of the function that answers.
    - two_way: whether the reply's body goes back to the client.
    - throttle: this route's own limits; one left out is the stage's.
      - rate_limit: requests a second.
      - burst_limit: requests at once.
  EOT
  type = map(object({
    function = string
    two_way  = optional(bool, false)
    throttle = optional(object({
      rate_limit  = optional(number)
      burst_limit = optional(number)
    }), {})
  }))
  default = {
    "$connect"    = { function = "connect" }
    "$default"    = { function = "default", two_way = true }
    "$disconnect" = { function = "disconnect" }
  }
  nullable = false

  validation {
    condition     = length(var.routes) >= 1 && length(var.routes) <= 300
    error_message = "routes must hold from 1 to 300 routes, which is what API Gateway can deploy; given ${length(var.routes)}."
  }

  validation {
    condition     = alltrue([for key in keys(var.routes) : contains(["$connect", "$default", "$disconnect"], key) || can(regex("^[^$\\s]", key))])
    error_message = "routes: a key is $connect, $default, $disconnect, or a text that does not begin with '$' or a space; given ${jsonencode(keys(var.routes))}."
  }

  validation {
    condition     = alltrue([for route in var.routes : contains(keys(var.functions), route.function)])
    error_message = "routes: function must be a key of functions (${join(", ", keys(var.functions))}); given ${jsonencode({ for key, route in var.routes : key => route.function })}."
  }

  validation {
    condition     = alltrue([for route in var.routes : try(var.functions[route.function].timeout, 1) <= 29])
    error_message = "routes: API Gateway waits 29 seconds for an answer, so the timeout of a function that a route names must be at most 29; given ${jsonencode({ for key, route in var.routes : key => try(var.functions[route.function].timeout, null) })}."
  }

  validation {
    condition     = alltrue([for key in ["$connect", "$disconnect"] : !try(var.routes[key].two_way, false)])
    error_message = "routes: $connect and $disconnect cannot be two_way, because no connection is open to carry a reply; remove two_way there."
  }

  validation {
    condition     = alltrue([for route in var.routes : coalesce(route.throttle.rate_limit, 1) > 0])
    error_message = "routes: throttle.rate_limit must be above 0 requests a second, or every request is answered 429; given ${jsonencode({ for key, route in var.routes : key => route.throttle.rate_limit })}."
  }

  validation {
    condition     = alltrue([for limit in [for route in var.routes : coalesce(route.throttle.burst_limit, 1)] : limit >= 1 && floor(limit) == limit])
    error_message = "routes: throttle.burst_limit must be a whole number of requests, at least 1, or every request is answered 429; given ${jsonencode({ for key, route in var.routes : key => route.throttle.burst_limit })}."
  }
}

variable "table" {
  description = <<-EOT
    The connection table.
    - connection_ttl_seconds: how long the rows of a connection stay when nothing removed them; at least 7200, as a connection may last 2 hours.
    - point_in_time_recovery: whether any second of the last 35 days can be restored.
    - deletion_protection: whether AWS refuses to delete the table. Off, because its rows are live connections, and an API that cannot be destroyed is the greater nuisance.
    - kms_key_arn: key that encrypts the table; DynamoDB's own, which is free, if left out.
  EOT
  type = object({
    connection_ttl_seconds = optional(number, 7500)
    point_in_time_recovery = optional(bool, true)
    deletion_protection    = optional(bool, false)
    kms_key_arn            = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.table.connection_ttl_seconds >= 7200 && floor(var.table.connection_ttl_seconds) == var.table.connection_ttl_seconds
    error_message = "table.connection_ttl_seconds must be a whole number, at least 7200: API Gateway keeps a connection for up to 2 hours, and its rows must last as long; it is ${var.table.connection_ttl_seconds}."
  }

  validation {
    condition     = var.table.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]+:key/.+$", var.table.kms_key_arn))
    error_message = "table.kms_key_arn must be the ARN of a key, as in arn:aws:kms:eu-west-1:111122223333:key/…; it is \"${coalesce(var.table.kms_key_arn, "null")}\"."
  }
}

variable "source_dir" {
  description = "Folder of your own code. What is in it comes to the top of the zip, beside websocket_api, so its chat.py holds the handler \"chat.handler\"; a folder handlers in it replaces this project's own."
  type        = string
  default     = null

  validation {
    condition     = var.source_dir == null ? true : length(fileset(var.source_dir, "**/*.py")) > 0
    error_message = "source_dir must be a folder with Python files in it; there is none in \"${coalesce(var.source_dir, "null")}\". Write it from the root module, as in \"$${path.module}/handlers\"."
  }
}

variable "package_path" {
  description = "A ready zip for all functions. Without it the zip is built at apply, which needs python3 and a POSIX shell."
  type        = string
  default     = null

  validation {
    condition     = var.package_path == null ? true : fileexists(var.package_path)
    error_message = "package_path names no file: \"${coalesce(var.package_path, "null")}\". Build the zip first, or leave package_path out and the zip is built at apply."
  }

  validation {
    condition     = var.package_path == null || var.source_dir == null
    error_message = "package_path and source_dir exclude each other: a ready zip already holds its handlers. Remove one."
  }

  validation {
    condition     = var.package_path != null || fileexists("${path.module}/../scripts/package.py")
    error_message = "The zip cannot be built: there is no scripts/package.py in ${abspath("${path.module}/..")}. Import this module with \"//infra\" after the repository's address, so that the whole repository comes along, or set package_path."
  }
}
