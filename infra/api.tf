# The WebSocket API: one address for every connection, whatever its routes.
resource "aws_apigatewayv2_api" "websocket" {
  count = var.create ? 1 : 0

  name                         = var.name
  protocol_type                = "WEBSOCKET"
  route_selection_expression   = var.route_selection_expression
  disable_execute_api_endpoint = local.default_address_disabled
  tags                         = var.tags
}

locals {
  api_id        = one(aws_apigatewayv2_api.websocket[*].id)
  execution_arn = one(aws_apigatewayv2_api.websocket[*].execution_arn)

  # Read from the API's ARN, since a data source for either is deprecated in one version of the provider
  # or absent in another.
  partition = var.create ? split(":", local.execution_arn)[1] : null
  region    = var.create ? split(":", local.execution_arn)[3] : null

  # The API's own answer gives the host, so that the address is right in every partition and on a local AWS.
  default_websocket_url = var.create ? "${one(aws_apigatewayv2_api.websocket[*].api_endpoint)}/${var.stage.name}" : null
  websocket_url         = local.default_address_disabled ? local.domain_websocket_url : local.default_websocket_url
  management_endpoint   = try(replace(local.websocket_url, "/^ws/", "http"), null)
  connections_arns = {
    for verb in var.create ? local.connection_verbs : [] :
    verb => "${local.execution_arn}/${var.stage.name}/${verb}/@connections/*"
  }
}
