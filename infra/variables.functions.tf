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
    - publishes: whether it may hand large broadcasts to the workers of fanout; otherwise, and without fanout, it sends them by itself.
    - policy_statements: whatever else it may do.
      - sid: name of the statement; letters and digits.
      - effect: Allow or Deny.
      - actions: IAM actions, as in ["sqs:SendMessage"].
      - resources: ARNs.
      - conditions: operator to key to values.
    - layers: ARNs of layer versions, five at most.
    - vpc: where it runs, if it has to reach something private. It then reaches AWS only by endpoints or a NAT gateway.
      - subnet_ids: private subnets.
      - security_group_ids: what may leave.
    - reserved_concurrency: how many may run at once, taken from the account's; -1 takes none.
    - provisioned_concurrency: environments kept ready, which are billed all the time. Needs alias.
    - snap_start: whether new environments start from a snapshot of an initialized one. Needs alias and Python 3.12 or later.
    - alias: routes then call a published version by this name, so that code is changed without a gap and can be tried on a few.
      - name: its name.
      - version: the version that it stands for; the newest if left out.
      - weights: version to share of requests, 0 to 1, for one version beside it: a canary.
    - ephemeral_storage: MB of /tmp, 512 to 10240.
    - tracing: whether X-Ray traces invocations.
    - log_kms_key_arn: key that encrypts its logs; CloudWatch Logs' own if left out.
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
    publishes             = optional(bool, false)
    policy_statements = optional(list(object({
      sid        = optional(string)
      effect     = optional(string, "Allow")
      actions    = list(string)
      resources  = list(string)
      conditions = optional(map(map(list(string))), {})
    })), [])
    layers = optional(list(string), [])
    vpc = optional(object({
      subnet_ids         = set(string)
      security_group_ids = set(string)
    }))
    reserved_concurrency    = optional(number, -1)
    provisioned_concurrency = optional(number, 0)
    snap_start              = optional(bool, false)
    alias = optional(object({
      name    = optional(string, "live")
      version = optional(string)
      weights = optional(map(number), {})
    }))
    ephemeral_storage = optional(number, 512)
    tracing           = optional(bool, false)
    log_kms_key_arn   = optional(string)
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

  # A layer, or a package of requirements, may hold the module too.
  validation {
    condition     = var.package_path != null || var.package_s3 != null || var.requirements != null || alltrue([for function in var.functions : length(function.layers) > 0 || contains(local.package_modules, replace(replace(function.handler, "/\\.[^.]*$/", ""), ".", "/"))])
    error_message = "functions: handler must name a module in the zip, and there is no such file in ${var.source_dir == null ? "this project's lambda_src; set source_dir to the folder of your own" : "source_dir (\"${var.source_dir}\")"}; given ${jsonencode({ for key, function in var.functions : key => function.handler })}."
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
    condition     = var.requirements == null || length(toset([for function in var.functions : "${function.architecture} ${function.runtime}"])) <= 1
    error_message = "functions: with requirements, all must have the same architecture and runtime, because they share one zip, and its wheels are for one of each; given ${jsonencode({ for key, function in var.functions : key => [function.architecture, function.runtime] })}."
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

  validation {
    condition     = alltrue(flatten([for function in var.functions : [for statement in function.policy_statements : contains(["Allow", "Deny"], statement.effect) && length(statement.actions) > 0 && length(statement.resources) > 0 && can(regex("^[A-Za-z0-9]*$", coalesce(statement.sid, "none")))]]))
    error_message = "functions: each of policy_statements needs an effect of Allow or Deny, actions, resources, and a sid of letters and digits if any; given ${jsonencode({ for key, function in var.functions : key => function.policy_statements })}."
  }

  validation {
    condition     = alltrue(flatten([for function in var.functions : [for arn in function.layers : can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:layer:[^:]+:[0-9]+$", arn))]])) && alltrue([for function in var.functions : length(function.layers) <= 5])
    error_message = "functions: layers must be at most five ARNs of layer versions, as in arn:aws:lambda:eu-west-1:111122223333:layer:NAME:1; given ${jsonencode({ for key, function in var.functions : key => function.layers })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : function.vpc == null ? true : length(function.vpc.subnet_ids) > 0 && length(function.vpc.security_group_ids) > 0])
    error_message = "functions: vpc needs at least one of subnet_ids and one of security_group_ids, or is to be left out."
  }

  validation {
    condition     = alltrue([for function in var.functions : function.reserved_concurrency >= -1 && floor(function.reserved_concurrency) == function.reserved_concurrency && function.provisioned_concurrency >= 0 && floor(function.provisioned_concurrency) == function.provisioned_concurrency])
    error_message = "functions: reserved_concurrency must be -1 or a whole number from 0, provisioned_concurrency a whole number from 0; given ${jsonencode({ for key, function in var.functions : key => [function.reserved_concurrency, function.provisioned_concurrency] })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : function.reserved_concurrency == -1 || function.provisioned_concurrency <= function.reserved_concurrency])
    error_message = "functions: provisioned_concurrency comes out of reserved_concurrency, so it must not be more, unless that is -1; given ${jsonencode({ for key, function in var.functions : key => [function.reserved_concurrency, function.provisioned_concurrency] })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : function.alias != null || function.provisioned_concurrency == 0 && !function.snap_start])
    error_message = "functions: provisioned_concurrency and snap_start work on published versions only, so they need alias, as in alias = {}."
  }

  # AWS Lambda Developer Guide, "Improving startup performance with Lambda SnapStart".
  validation {
    condition     = alltrue([for function in var.functions : !function.snap_start || function.provisioned_concurrency == 0 && function.ephemeral_storage == 512 && function.runtime != "python3.11"])
    error_message = "functions: snap_start excludes provisioned_concurrency and more than 512 MB of ephemeral_storage, and needs python3.12 or later."
  }

  validation {
    condition     = alltrue([for function in var.functions : function.alias == null ? true : can(regex("^[A-Za-z_-][A-Za-z0-9_-]{0,127}$", function.alias.name))])
    error_message = "functions: alias.name must be at most 128 letters, digits, '-' and '_' and must not begin with a digit; given ${jsonencode({ for key, function in var.functions : key => function.alias })}."
  }

  # AWS Lambda Developer Guide, "Implement Lambda canary deployments using a weighted alias".
  validation {
    condition     = alltrue([for function in var.functions : function.alias == null ? true : length(function.alias.weights) <= 1 && alltrue([for version, weight in function.alias.weights : can(regex("^[0-9]+$", version)) && weight >= 0 && weight <= 1 && version != function.alias.version]) && (length(function.alias.weights) == 0 || function.alias.version != null)])
    error_message = "functions: alias.weights may hold one version number, other than alias.version, with a share from 0 to 1, and needs alias.version to be set; given ${jsonencode({ for key, function in var.functions : key => function.alias })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : function.ephemeral_storage >= 512 && function.ephemeral_storage <= 10240 && floor(function.ephemeral_storage) == function.ephemeral_storage])
    error_message = "functions: ephemeral_storage must be a whole number of MB from 512 to 10240; given ${jsonencode({ for key, function in var.functions : key => function.ephemeral_storage })}."
  }

  validation {
    condition     = alltrue([for function in var.functions : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]+:key/.+$", coalesce(function.log_kms_key_arn, "arn:aws:kms:none:0:key/none")))])
    error_message = "functions: log_kms_key_arn must be the ARN of a key, as in arn:aws:kms:eu-west-1:111122223333:key/…; given ${jsonencode({ for key, function in var.functions : key => function.log_kms_key_arn })}."
  }
}
