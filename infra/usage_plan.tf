locals {
  usage_plans = var.create && var.usage_plan != null ? [var.usage_plan] : []
  api_keys    = merge([for usage_plan in local.usage_plans : usage_plan.api_keys]...)
}

# What the holder of a key may use of the stage.
resource "aws_api_gateway_usage_plan" "websocket" {
  count = length(local.usage_plans)

  name        = var.name
  description = "Limits of each API key of ${var.name}."
  tags        = var.tags

  api_stages {
    api_id = local.api_id
    stage  = aws_apigatewayv2_stage.websocket[0].name
  }

  dynamic "throttle_settings" {
    for_each = local.usage_plans[count.index].throttle[*]

    content {
      rate_limit  = throttle_settings.value.rate_limit
      burst_limit = throttle_settings.value.burst_limit
    }
  }

  dynamic "quota_settings" {
    for_each = local.usage_plans[count.index].quota[*]

    content {
      limit  = quota_settings.value.limit
      period = quota_settings.value.period
    }
  }
}

# The keys. AWS makes up their values, which are therefore in the state and nowhere else.
resource "aws_api_gateway_api_key" "keys" {
  for_each = local.api_keys

  name        = "${var.name}-${each.key}"
  description = coalesce(each.value.description, "Opens connections to ${var.name}.")
  enabled     = each.value.enabled
  tags        = var.tags
}

# A key is worth nothing before it belongs to a plan.
resource "aws_api_gateway_usage_plan_key" "keys" {
  for_each = local.api_keys

  key_id        = aws_api_gateway_api_key.keys[each.key].id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.websocket[0].id
}
