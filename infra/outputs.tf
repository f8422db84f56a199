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
  description = "IAM policy for a publisher outside this module: to send to, look up and close the connections of this API and stage, to find them in the table, and to hand large broadcasts to fanout if there is one, as websocket_api's Publisher does."
  value = !var.create ? null : jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid      = "ManageConnections"
        Effect   = "Allow"
        Action   = ["execute-api:ManageConnections"]
        Resource = values(local.connections_arns)
      },
      {
        Sid      = "UseConnectionTable"
        Effect   = "Allow"
        Action   = [for action in ["DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"] : "dynamodb:${action}"]
        Resource = [local.table.arn]
      },
      ], [
      for key in local.table.kms_key_arn[*] : {
        Sid       = "UseTableKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [key]
        Condition = { StringLike = { "kms:ViaService" = "dynamodb.*" } }
      }
      ],
      local.fanout_publisher_statements,
    )
  })
}

output "fanout_queue_url" {
  description = "URL of the queue for large broadcasts: WEBSOCKET_FANOUT_QUEUE_URL of a publisher outside this module; null without fanout."
  value       = one(values(aws_sqs_queue.fanout)[*].url)
}

# For operators and for other Terraform

output "fanout_queue_arn" {
  description = "ARN of the queue for large broadcasts; null without fanout."
  value       = one(values(aws_sqs_queue.fanout)[*].arn)
}

output "fanout_dead_letter_queue_url" {
  description = "URL of the queue of what no worker could send; null without fanout."
  value       = one(values(aws_sqs_queue.fanout_dead_letters)[*].url)
}

output "fanout_dead_letter_queue_arn" {
  description = "ARN of that queue; null without fanout."
  value       = one(values(aws_sqs_queue.fanout_dead_letters)[*].arn)
}

output "api_id" {
  description = "Identifier of the API."
  value       = local.api_id
}

output "deployment_hash" {
  description = "Hash over all that a deployment freezes: another value, another deployment."
  value       = one(aws_apigatewayv2_deployment.websocket[*].triggers.redeployment)
}

output "stage_name" {
  description = "Name of the stage."
  value       = one(aws_apigatewayv2_stage.websocket[*].name)
}

output "table_name" {
  description = "Name of the connection table."
  value       = local.table.name
}

output "table_arn" {
  description = "ARN of the connection table."
  value       = local.table.arn
}

output "function_names" {
  description = "Names of the Lambda functions, by key of functions."
  value       = { for key, function in aws_lambda_function.functions : key => function.function_name }
}

output "function_arns" {
  description = "ARNs of the Lambda functions, by key of functions."
  value       = { for key, function in aws_lambda_function.functions : key => function.arn }
}

output "function_versions" {
  description = "Newest published versions, by key of functions; only of functions with an alias."
  value       = { for key in keys(aws_lambda_alias.functions) : key => aws_lambda_function.functions[key].version }
}

output "alias_arns" {
  description = "ARNs of the aliases that routes call, by key of functions; only of functions that have one."
  value       = { for key, alias in aws_lambda_alias.functions : key => alias.arn }
}

output "role_arns" {
  description = "ARNs of the functions' roles, by key of functions, for policies of your own."
  value       = { for key, role in aws_iam_role.functions : key => role.arn }
}

output "authorizer_id" {
  description = "Identifier of the authorizer; null without one."
  value       = one(aws_apigatewayv2_authorizer.websocket[*].id)
}

# For a domain of one's own

output "domain_websocket_url" {
  description = "Address to which clients connect by the domain; null without one."
  value       = local.domain_websocket_url
  depends_on  = [aws_apigatewayv2_api_mapping.domain, aws_route53_record.domain]
}

output "domain_management_endpoint" {
  description = "Endpoint of the @connections API by the domain; null without one."
  value       = local.domain_management_endpoint
  depends_on  = [aws_apigatewayv2_api_mapping.domain, aws_route53_record.domain]
}

output "domain_target" {
  description = "Where the domain's DNS records have to lead: name for a CNAME, name and zone_id for an alias; null without a domain."
  value = one([
    for domain in aws_apigatewayv2_domain_name.domain : {
      name    = domain.domain_name_configuration[0].target_domain_name
      zone_id = domain.domain_name_configuration[0].hosted_zone_id
    }
  ])
}

# For holders of API keys

output "usage_plan_id" {
  description = "Identifier of the usage plan; null without one."
  value       = one(aws_api_gateway_usage_plan.websocket[*].id)
}

output "api_key_values" {
  description = "Values of the API keys, by name: what clients send as x-api-key."
  value       = { for name, key in aws_api_gateway_api_key.keys : name => key.value }
  sensitive   = true
}

# For readers of the table's stream, and of graphs

output "stream_arn" {
  description = "ARN of the table's stream; null without one."
  value       = one(aws_dynamodb_table.connections[*].stream_arn)
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard; null without one."
  value       = one(aws_cloudwatch_dashboard.websocket[*].dashboard_name)
}

output "alarm_arns" {
  description = "ARNs of the alarms, by the last part of their names."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.alarms : name => alarm.arn }
}

output "access_log_group_name" {
  description = "Name of the log group of the access logs; null without them."
  value       = one(aws_cloudwatch_log_group.access_logs[*].name)
}
