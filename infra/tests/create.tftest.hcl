# Nothing at all, and everything at once.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "nothing_is_made_when_create_is_false" {
  variables {
    create     = false
    dashboard  = true
    alarms     = {}
    fanout     = {}
    metrics    = {}
    stage      = { account_logging_acknowledged = true, access_logs = {} }
    domain     = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
    usage_plan = { api_keys = { partner = {} } }
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], package_path = "outputs.tf" } }
    integrations = {
      store = { aws_service = { action = "dynamodb:action/PutItem", table_actions = ["PutItem"] }, responses = { "$default" = {} } }
    }
    routes = {
      "$connect" = { function = "connect", authorizer = true, api_key_required = true }
      "store"    = { integration = "store", model = "Say" }
    }
    models = { Say = { schema = "{}" } }
  }

  assert {
    condition = sum([
      length(aws_apigatewayv2_api.websocket), length(aws_apigatewayv2_route.websocket),
      length(aws_apigatewayv2_integration.websocket), length(aws_apigatewayv2_integration_response.websocket),
      length(aws_apigatewayv2_model.websocket), length(aws_apigatewayv2_authorizer.websocket),
      length(aws_apigatewayv2_deployment.websocket), length(aws_apigatewayv2_stage.websocket),
      length(aws_lambda_function.functions), length(aws_lambda_permission.routes), length(aws_lambda_permission.authorizer),
      length(aws_iam_role.functions), length(aws_iam_role.integrations), length(aws_cloudwatch_log_group.functions),
      length(aws_cloudwatch_log_group.access_logs), length(aws_dynamodb_table.connections), length(terraform_data.package),
      length(aws_apigatewayv2_domain_name.domain), length(aws_acm_certificate.domain), length(aws_route53_record.domain),
      length(aws_api_gateway_usage_plan.websocket), length(aws_api_gateway_api_key.keys),
      length(aws_cloudwatch_metric_alarm.alarms), length(aws_cloudwatch_dashboard.websocket),
      length(aws_sqs_queue.fanout), length(aws_sqs_queue.fanout_dead_letters), length(aws_lambda_event_source_mapping.fanout),
    ]) == 0
    error_message = "Nothing may be made."
  }

  assert {
    condition = (
      output.websocket_url == null && output.management_endpoint == null && output.publisher_policy_json == null &&
      output.api_id == null && output.stage_name == null && output.deployment_hash == null &&
      output.table_name == null && output.table_arn == null && output.authorizer_id == null &&
      length(output.function_names) + length(output.function_arns) + length(output.role_arns) + length(output.alias_arns) + length(output.function_versions) == 0
    )
    error_message = "There may be no addresses of what is not there."
  }
}
