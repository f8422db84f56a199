# The resources below read these values and nothing else that shapes a deployment,
# so a hash over them misses nothing. They come from inputs alone: what a resource
# computes is unknown while planning and would make the final plan inconsistent.
locals {
  routes = {
    for route_key, route in var.create ? var.routes : {} : route_key => {
      integration        = coalesce(route.function, route.integration)
      authorization_type = route.authorizer ? local.authorization_type : "NONE"
      api_key_required   = route.api_key_required
      model_selection    = route.model_selection_expression != null ? route.model_selection_expression : route.model != null ? "$default" : null
      request_models = merge(
        { for name in keys(route.model_selection_expression == null ? {} : var.models) : name => name },
        { for name in route.model[*] : "$default" => name },
      )
      request_parameters  = route.request_parameters
      operation_name      = route.operation_name
      route_response      = route.two_way ? "$default" : null
      function            = route.function
      uses_own_authorizer = route.authorizer && local.authorization_type == "CUSTOM"
    }
  }
}

# The routes, by route key.
resource "aws_apigatewayv2_route" "websocket" {
  #checkov:skip=CKV_AWS_309: an echo for anyone is what this root is; only $connect can carry an authorizer, and routes says whether it does.
  for_each = local.routes

  api_id                              = local.api_id
  route_key                           = each.key
  target                              = "integrations/${aws_apigatewayv2_integration.websocket[each.value.integration].id}"
  authorization_type                  = each.value.authorization_type
  authorizer_id                       = each.value.uses_own_authorizer ? one(aws_apigatewayv2_authorizer.websocket[*].id) : null
  api_key_required                    = each.value.api_key_required
  model_selection_expression          = each.value.model_selection
  request_models                      = each.value.request_models
  operation_name                      = each.value.operation_name
  route_response_selection_expression = each.value.route_response

  dynamic "request_parameter" {
    for_each = each.value.request_parameters

    content {
      request_parameter_key = request_parameter.key
      required              = request_parameter.value
    }
  }

  # A route that names a model cannot be made before it.
  depends_on = [aws_apigatewayv2_model.websocket]
}

# The other half of two_way: without it the reply's body is dropped.
resource "aws_apigatewayv2_route_response" "websocket" {
  for_each = { for route_key, route in local.routes : route_key => route if route.route_response != null }

  api_id             = local.api_id
  route_id           = aws_apigatewayv2_route.websocket[each.key].id
  route_response_key = each.value.route_response
}

# What a message has to look like, for the routes that name it.
resource "aws_apigatewayv2_model" "websocket" {
  for_each = local.models

  api_id       = local.api_id
  name         = each.key
  content_type = each.value.content_type
  description  = each.value.description
  schema       = each.value.schema
}

locals {
  models = var.create ? var.models : {}
}

locals {
  # Functions from elsewhere that the routes may be permitted to call, by the integration that names them.
  permitted_lambdas = { for key, integration in var.integrations : key => integration.lambda.arn if try(integration.lambda.create_permission, false) }
}

# API Gateway may call a function from the routes that name it, and from nowhere else.
resource "aws_lambda_permission" "routes" {
  for_each = {
    for route_key, route in local.routes : route_key => route
    if route.function != null || contains(keys(local.permitted_lambdas), route.integration)
  }

  # Another API has another statement, so that its permission can be there before the old one goes.
  statement_id = "route-${sha1("${local.execution_arn}/${var.stage.name}/${each.key}")}"
  action       = "lambda:InvokeFunction"
  principal    = "apigateway.amazonaws.com"
  source_arn   = "${local.execution_arn}/${var.stage.name}/${each.key}"

  # By ARN, because a function made anew has lost its permissions, and only its ARN tells Terraform so.
  function_name = each.value.function != null ? aws_lambda_function.functions[each.value.function].arn : join(":", slice(split(":", local.permitted_lambdas[each.value.integration]), 0, 7))
  qualifier     = each.value.function != null ? try(aws_lambda_alias.functions[each.value.function].name, null) : try(split(":", local.permitted_lambdas[each.value.integration])[7], null)

  lifecycle {
    # The stage goes on calling by the old deployment until the new one is there.
    create_before_destroy = true
  }
}
