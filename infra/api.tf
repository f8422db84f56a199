# The WebSocket API: one address for every connection, whatever its routes.
resource "aws_apigatewayv2_api" "websocket" {
  name                       = var.name
  protocol_type              = "WEBSOCKET"
  route_selection_expression = var.route_selection_expression
  tags                       = var.tags
}

locals {
  # The API's own answer gives the host, so that the address is right in every partition and on a local AWS.
  websocket_url       = "${aws_apigatewayv2_api.websocket.api_endpoint}/${var.stage.name}"
  management_endpoint = replace(local.websocket_url, "/^ws/", "http")

  connection_verbs = ["DELETE", "GET", "POST"]
  connections_arns = {
    for verb in local.connection_verbs :
    verb => "${aws_apigatewayv2_api.websocket.execution_arn}/${var.stage.name}/${verb}/@connections/*"
  }
}
