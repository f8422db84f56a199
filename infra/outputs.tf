# For clients

output "websocket_url" {
  description = "Address to which WebSocket clients connect."
  value       = local.websocket_url
  depends_on  = [aws_apigatewayv2_stage.websocket]
}

# For whatever sends to connections

output "management_endpoint" {
  description = "Endpoint of the @connections API, for an SDK's endpoint_url."
  value       = local.management_endpoint
  depends_on  = [aws_apigatewayv2_stage.websocket]
}

output "publisher_policy_json" {
  description = "IAM policy that allows a publisher outside this module to send to, look up and close the connections of this API and stage."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "ManageConnections"
      Effect   = "Allow"
      Action   = ["execute-api:ManageConnections"]
      Resource = values(local.connections_arns)
    }]
  })
}

# For operators and for other Terraform

output "api_id" {
  description = "Identifier of the API."
  value       = aws_apigatewayv2_api.websocket.id
}

output "deployment_hash" {
  description = "Hash over all that a deployment freezes: another value, another deployment."
  value       = aws_apigatewayv2_deployment.websocket.triggers.redeployment
}

output "stage_name" {
  description = "Name of the stage."
  value       = aws_apigatewayv2_stage.websocket.name
}

output "table_name" {
  description = "Name of the connection table."
  value       = aws_dynamodb_table.connections.name
}

output "table_arn" {
  description = "ARN of the connection table."
  value       = aws_dynamodb_table.connections.arn
}

output "function_names" {
  description = "Names of the Lambda functions, by key of functions."
  value       = { for key, function in aws_lambda_function.functions : key => function.function_name }
}

output "function_arns" {
  description = "ARNs of the Lambda functions, by key of functions."
  value       = { for key, function in aws_lambda_function.functions : key => function.arn }
}
