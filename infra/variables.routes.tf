variable "routes" {
  description = <<-EOT
    The routes, by route key: $connect, $disconnect, $default, and any value that route_selection_expression may take. A map given here replaces the default one.
    - function: key of the function that answers; exactly one of this and integration.
    - integration: key of the integration that answers.
    - two_way: whether the reply's body goes back to the client.
    - model: key of the model that a message must fit; one that does not is answered "Bad request body".
    - model_selection_expression: what picks the model of each message by its key, as in "$request.body.kind"; model is then for messages of which it picks none.
    - request_parameters: parameter to whether it is required, as in { "route.request.querystring.token" = true }; $connect alone has any.
    - operation_name: name in exported SDKs.
    - authorizer: whether authorizer decides who may connect; $connect alone.
    - api_key_required: whether a client must show an API key of usage_plan; $connect alone.
    - throttle: this route's own limits; one left out is the stage's.
      - rate_limit: requests a second.
      - burst_limit: requests at once.
  EOT
  type = map(object({
    function                   = optional(string)
    integration                = optional(string)
    two_way                    = optional(bool, false)
    model                      = optional(string)
    model_selection_expression = optional(string)
    request_parameters         = optional(map(bool), {})
    operation_name             = optional(string)
    authorizer                 = optional(bool, false)
    api_key_required           = optional(bool, false)
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
    condition     = alltrue([for route in var.routes : (route.function == null) != (route.integration == null)])
    error_message = "routes: each route needs a function or an integration, and not both; given ${jsonencode({ for key, route in var.routes : key => compact([route.function, route.integration]) })}."
  }

  validation {
    condition     = alltrue([for route in var.routes : route.function == null ? true : contains(keys(var.functions), route.function)])
    error_message = "routes: function must be a key of functions (${join(", ", keys(var.functions))}); given ${jsonencode({ for key, route in var.routes : key => route.function })}."
  }

  validation {
    condition     = alltrue([for route in var.routes : route.integration == null ? true : contains(keys(var.integrations), route.integration)])
    error_message = "routes: integration must be a key of integrations (${join(", ", keys(var.integrations))}); given ${jsonencode({ for key, route in var.routes : key => route.integration })}."
  }

  validation {
    condition     = alltrue([for route in var.routes : route.model == null ? true : contains(keys(var.models), route.model)])
    error_message = "routes: model must be a key of models (${join(", ", keys(var.models))}); given ${jsonencode({ for key, route in var.routes : key => route.model })}."
  }

  validation {
    condition     = alltrue([for route in var.routes : route.model_selection_expression == null ? true : startswith(route.model_selection_expression, "$") && length(var.models) > 0])
    error_message = "routes: model_selection_expression must begin with '$', as in \"$request.body.kind\", and needs models to pick from; given ${jsonencode({ for key, route in var.routes : key => route.model_selection_expression })}."
  }

  validation {
    condition     = alltrue([for key, route in var.routes : !contains(["$connect", "$disconnect"], key) || route.model == null && route.model_selection_expression == null])
    error_message = "routes: $connect and $disconnect have no message that a model could describe; remove model and model_selection_expression there."
  }

  validation {
    condition     = alltrue([for key, route in var.routes : key == "$connect" || !route.authorizer && !route.api_key_required])
    error_message = "routes: authorizer and api_key_required work on $connect alone, for the whole connection; AWS would ignore them elsewhere. Remove them from ${jsonencode([for key, route in var.routes : key if key != "$connect" && (route.authorizer || route.api_key_required)])}."
  }

  validation {
    condition     = alltrue([for key, route in var.routes : key == "$connect" || length(route.request_parameters) == 0])
    error_message = "routes: only $connect has headers and a query string, so only it takes request_parameters."
  }

  validation {
    condition     = alltrue(flatten([for route in var.routes : [for parameter in keys(route.request_parameters) : can(regex("^route\\.request\\.(header|querystring)\\.[A-Za-z0-9_.-]+$", parameter))]]))
    error_message = "routes: a request parameter is written route.request.header.NAME or route.request.querystring.NAME; given ${jsonencode({ for key, route in var.routes : key => keys(route.request_parameters) })}."
  }

  validation {
    condition     = alltrue([for route in var.routes : length(coalesce(route.operation_name, "none")) <= 64])
    error_message = "routes: operation_name may have at most 64 characters; given ${jsonencode({ for key, route in var.routes : key => route.operation_name })}."
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
    condition     = alltrue([for route in var.routes : coalesce(route.throttle.rate_limit, 1) > 0 && coalesce(route.throttle.rate_limit, 1) <= var.account_throttle.rate_limit])
    error_message = "routes: throttle.rate_limit must be above 0 requests a second, or every request is answered 429, and at most ${var.account_throttle.rate_limit}, which is the account's (account_throttle); given ${jsonencode({ for key, route in var.routes : key => route.throttle.rate_limit })}."
  }

  validation {
    condition     = alltrue([for limit in [for route in var.routes : coalesce(route.throttle.burst_limit, 1)] : limit >= 1 && limit <= var.account_throttle.burst_limit && floor(limit) == limit])
    error_message = "routes: throttle.burst_limit must be a whole number of requests, at least 1, or every request is answered 429, and at most ${var.account_throttle.burst_limit}, which is the account's (account_throttle); given ${jsonencode({ for key, route in var.routes : key => route.throttle.burst_limit })}."
  }
}

variable "integrations" {
  description = <<-EOT
    What routes call beside the functions of this module, by key; several routes may share one. Each is exactly one of lambda, http, aws_service and mock.
    - lambda: a function made elsewhere, in any language.
      - arn: its ARN, or that of one of its aliases.
      - create_permission: whether API Gateway is permitted here to invoke it: say false for a function of another account, whose owner has to.
    - http: an HTTP server.
      - url: its address.
      - method: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS or ANY.
      - proxy: whether the request goes there as it is; otherwise by request_templates.
      - vpc_link_id: VPC link of a REST API (to a Network Load Balancer), if the server is private. Links of HTTP APIs do not work here.
    - aws_service: an action of an AWS service, called with request_templates.
      - action: the end of its URI, as in "dynamodb:action/PutItem" or "sqs:path/111122223333/queue".
      - table_actions: DynamoDB actions on the connection table that it needs, as in ["PutItem"].
      - actions: other IAM actions that it needs.
      - resources: ARNs on which it needs them.
      - credentials_arn: a role of your own for the call, in place of one made from the above.
    - mock: whether API Gateway answers by itself, by request_templates and responses.
    - timeout_milliseconds: how long an answer may take, 50 to 29000.
    - payload_format_version: "1.0", which is the only one of WebSocket APIs.
    - content_handling_strategy: CONVERT_TO_TEXT or CONVERT_TO_BINARY.
    - passthrough_behavior: what happens without a fitting template: WHEN_NO_MATCH, WHEN_NO_TEMPLATES or NEVER.
    - request_parameters: parameter of the integration to where its value comes from.
    - request_templates: key to template; template_selection_expression picks one.
    - template_selection_expression: as in "\\$default".
    - responses: key ($default, or /REGEX/ for a status) to what becomes of such an answer.
      - response_templates: key to template.
      - template_selection_expression: as above.
      - content_handling_strategy: as above.
  EOT
  type = map(object({
    lambda = optional(object({
      arn               = string
      create_permission = optional(bool, true)
    }))
    http = optional(object({
      url         = string
      method      = optional(string, "POST")
      proxy       = optional(bool, true)
      vpc_link_id = optional(string)
    }))
    aws_service = optional(object({
      action          = string
      table_actions   = optional(set(string), [])
      actions         = optional(list(string), [])
      resources       = optional(list(string), [])
      credentials_arn = optional(string)
    }))
    mock                          = optional(bool, false)
    timeout_milliseconds          = optional(number, 29000)
    payload_format_version        = optional(string, "1.0")
    content_handling_strategy     = optional(string)
    passthrough_behavior          = optional(string)
    request_parameters            = optional(map(string), {})
    request_templates             = optional(map(string), {})
    template_selection_expression = optional(string)
    responses = optional(map(object({
      response_templates            = optional(map(string), {})
      template_selection_expression = optional(string)
      content_handling_strategy     = optional(string)
    })), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for integration in var.integrations : length([for given in [integration.lambda != null, integration.http != null, integration.aws_service != null, integration.mock] : given if given]) == 1])
    error_message = "integrations: each must be exactly one of lambda, http, aws_service and mock = true; look at ${jsonencode(keys(var.integrations))}."
  }

  validation {
    condition     = length(setintersection(keys(var.integrations), keys(var.functions))) == 0
    error_message = "integrations: a key must not be one of functions too; rename ${jsonencode(setintersection(keys(var.integrations), keys(var.functions)))}."
  }

  validation {
    condition     = alltrue([for integration in var.integrations : integration.timeout_milliseconds >= 50 && integration.timeout_milliseconds <= 29000 && floor(integration.timeout_milliseconds) == integration.timeout_milliseconds])
    error_message = "integrations: timeout_milliseconds must be a whole number from 50 to 29000, which AWS does not raise for WebSocket APIs; given ${jsonencode({ for key, integration in var.integrations : key => integration.timeout_milliseconds })}."
  }

  validation {
    condition     = alltrue([for integration in var.integrations : integration.lambda == null ? true : can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?$", integration.lambda.arn))])
    error_message = "integrations: lambda.arn must be a function's own ARN, not its invoke ARN, as in arn:aws:lambda:eu-west-1:111122223333:function:NAME; given ${jsonencode({ for key, integration in var.integrations : key => try(integration.lambda.arn, null) })}."
  }

  validation {
    condition     = alltrue([for integration in var.integrations : integration.http == null ? true : can(regex("^https?://", integration.http.url)) && contains(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"], integration.http.method)])
    error_message = "integrations: http.url must begin with https:// or http://, and http.method be GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS or ANY; given ${jsonencode({ for key, integration in var.integrations : key => integration.http })}."
  }

  validation {
    condition     = alltrue([for integration in var.integrations : integration.aws_service == null ? true : can(regex("^[a-z0-9.-]+:(action|path)/.+$", integration.aws_service.action))])
    error_message = "integrations: aws_service.action must be SERVICE:action/NAME or SERVICE:path/PATH, as in \"dynamodb:action/PutItem\"; given ${jsonencode({ for key, integration in var.integrations : key => try(integration.aws_service.action, null) })}."
  }

  validation {
    condition = alltrue([for integration in var.integrations : integration.aws_service == null ? true : (
      length(setsubtract(integration.aws_service.table_actions, local.table_actions)) == 0 &&
      (length(integration.aws_service.actions) == 0) == (length(integration.aws_service.resources) == 0) &&
      (integration.aws_service.credentials_arn != null) != (length(integration.aws_service.table_actions) + length(integration.aws_service.actions) > 0)
    )])
    error_message = "integrations: aws_service needs credentials_arn, or else what its own role may do: table_actions (${join(", ", local.table_actions)}), or actions with their resources; not both."
  }

  # Amazon API Gateway V2 API reference, CreateIntegration; Developer Guide, "Set up integration responses".
  validation {
    condition     = alltrue([for integration in var.integrations : integration.payload_format_version == "1.0"])
    error_message = "integrations: payload_format_version must be \"1.0\": 2.0 is of HTTP APIs; given ${jsonencode({ for key, integration in var.integrations : key => integration.payload_format_version })}."
  }

  validation {
    condition     = alltrue([for integration in var.integrations : integration.lambda == null && !try(integration.http.proxy, false) || length(integration.request_templates) + length(integration.responses) == 0 && integration.template_selection_expression == null])
    error_message = "integrations: lambda, and http unless its proxy is false, hand on messages and answers as they are; remove request_templates, template_selection_expression and responses there."
  }

  validation {
    condition     = alltrue([for integration in var.integrations : contains(["CONVERT_TO_TEXT", "CONVERT_TO_BINARY"], coalesce(integration.content_handling_strategy, "CONVERT_TO_TEXT")) && contains(["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"], coalesce(integration.passthrough_behavior, "NEVER"))])
    error_message = "integrations: content_handling_strategy must be CONVERT_TO_TEXT or CONVERT_TO_BINARY, and passthrough_behavior WHEN_NO_MATCH, WHEN_NO_TEMPLATES or NEVER."
  }

  validation {
    condition     = alltrue(flatten([for integration in var.integrations : [for key in keys(integration.responses) : key == "$default" || can(regex("^/.+/$", key))]]))
    error_message = "integrations: a key of responses is $default or a regular expression between slashes, as in \"/4\\d\\d/\"; given ${jsonencode({ for key, integration in var.integrations : key => keys(integration.responses) })}."
  }
}

variable "models" {
  description = <<-EOT
    What messages have to look like, by name; routes name one by model.
    - schema: JSON Schema, draft 4, as text: jsonencode of an object.
    - description: what it is.
    - content_type: content type of what it describes.
  EOT
  type = map(object({
    schema       = string
    description  = optional(string)
    content_type = optional(string, "application/json")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key in keys(var.models) : can(regex("^[A-Za-z0-9]{1,128}$", key))])
    error_message = "models: a name may hold letters and digits only; given ${jsonencode(keys(var.models))}."
  }

  validation {
    condition     = alltrue([for model in var.models : can(keys(jsondecode(model.schema)))])
    error_message = "models: schema must be a JSON object as text, as jsonencode makes it."
  }
}
