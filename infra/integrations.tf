locals {
  # What routes call: the functions that routes name, and what integrations holds.
  integrations = merge(
    {
      for key in toset(compact([for route in values(var.create ? var.routes : {}) : route.function])) : key => merge(local.integration_defaults, {
        type          = "AWS_PROXY"
        method        = "POST"
        function      = key
        function_name = local.function_names[key]
        alias         = try(var.functions[key].alias.name, null)
      })
    },
    {
      for key, integration in var.create ? var.integrations : {} : key => merge(local.integration_defaults, {
        type = (
          integration.lambda != null ? "AWS_PROXY" :
          integration.aws_service != null ? "AWS" :
          integration.http == null ? "MOCK" :
          integration.http.proxy ? "HTTP_PROXY" : "HTTP"
        )
        method                        = integration.mock ? null : try(integration.http.method, "POST")
        lambda_arn                    = try(integration.lambda.arn, null)
        action                        = try(integration.aws_service.action, null)
        credentials_arn               = try(integration.aws_service.credentials_arn, null)
        role_name_prefix              = contains(keys(local.own_integration_roles), key) ? "${substr("${var.name}-${key}", 0, 37)}-" : null
        url                           = try(integration.http.url, null)
        vpc_link_id                   = try(integration.http.vpc_link_id, null)
        timeout_milliseconds          = integration.timeout_milliseconds
        content_handling_strategy     = integration.content_handling_strategy
        passthrough_behavior          = integration.passthrough_behavior
        request_parameters            = integration.request_parameters
        request_templates             = integration.request_templates
        template_selection_expression = integration.template_selection_expression
        responses                     = integration.responses
      })
    },
  )

  integration_defaults = {
    type                          = null
    method                        = null
    function                      = null
    function_name                 = null
    alias                         = null
    lambda_arn                    = null
    action                        = null
    credentials_arn               = null
    role_name_prefix              = null
    url                           = null
    vpc_link_id                   = null
    timeout_milliseconds          = 29000
    content_handling_strategy     = null
    passthrough_behavior          = null
    request_parameters            = {}
    request_templates             = {}
    template_selection_expression = null
    responses                     = {}
  }

  # AWS services that are called with a role made here: those for which permissions are named, since
  # whether credentials_arn is null can be unknown while planning.
  own_integration_roles = {
    for key, integration in var.create ? var.integrations : {} : key => integration.aws_service
    if try(length(integration.aws_service.table_actions) + length(integration.aws_service.actions), 0) > 0
  }
}

# What routes call: each once, however many routes share it.
resource "aws_apigatewayv2_integration" "websocket" {
  for_each = local.integrations

  api_id             = local.api_id
  integration_type   = each.value.type
  integration_method = each.value.method
  integration_uri = (
    each.value.alias != null ? aws_lambda_alias.functions[each.value.function].invoke_arn :
    each.value.function != null ? aws_lambda_function.functions[each.value.function].invoke_arn :
    each.value.lambda_arn != null ? "arn:${local.partition}:apigateway:${local.region}:lambda:path/2015-03-31/functions/${each.value.lambda_arn}/invocations" :
    each.value.action != null ? "arn:${local.partition}:apigateway:${local.region}:${each.value.action}" :
    each.value.url
  )
  connection_type               = each.value.vpc_link_id == null ? null : "VPC_LINK"
  connection_id                 = each.value.vpc_link_id
  credentials_arn               = each.value.role_name_prefix == null ? each.value.credentials_arn : aws_iam_role.integrations[each.key].arn
  timeout_milliseconds          = each.value.timeout_milliseconds
  content_handling_strategy     = each.value.content_handling_strategy
  passthrough_behavior          = each.value.passthrough_behavior
  request_parameters            = each.value.request_parameters
  request_templates             = each.value.request_templates
  template_selection_expression = each.value.template_selection_expression

  lifecycle {
    # A route must have moved to its new integration before API Gateway lets the old one go.
    create_before_destroy = true
  }
}

# What becomes of an integration's answer, by the status that it has.
resource "aws_apigatewayv2_integration_response" "websocket" {
  for_each = merge([
    for key, integration in local.integrations : {
      for response_key, response in integration.responses : "${key} ${response_key}" => merge(response, { integration = key, key = response_key })
    }
  ]...)

  api_id                        = local.api_id
  integration_id                = aws_apigatewayv2_integration.websocket[each.value.integration].id
  integration_response_key      = each.value.key
  content_handling_strategy     = each.value.content_handling_strategy
  response_templates            = each.value.response_templates
  template_selection_expression = each.value.template_selection_expression
}

# As whom API Gateway calls an AWS service.
resource "aws_iam_role" "integrations" {
  for_each = local.own_integration_roles

  name_prefix = local.integrations[each.key].role_name_prefix
  description = "What API Gateway may do for the integration ${each.key} of ${var.name}."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

# The one thing that the integration does, and nothing else.
resource "aws_iam_role_policy" "integrations" {
  for_each = local.own_integration_roles

  name = "integration"
  role = aws_iam_role.integrations[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in [
        {
          Sid      = "UseConnectionTable"
          Effect   = "Allow"
          Action   = [for action in each.value.table_actions : "dynamodb:${action}"]
          Resource = [local.table.arn]
        },
        {
          # DynamoDB decrypts the table's key in the name of whoever reads or writes.
          Sid       = "UseTableKey"
          Effect    = "Allow"
          Action    = length(each.value.table_actions) > 0 && local.table.kms_key_arn != null ? ["kms:Decrypt"] : []
          Resource  = [local.table.kms_key_arn]
          Condition = { StringLike = { "kms:ViaService" = "dynamodb.*" } }
        },
        {
          Sid      = "CallService"
          Effect   = "Allow"
          Action   = each.value.actions
          Resource = each.value.resources
        },
      ] : statement if length(statement.Action) > 0
    ]
  })
}
