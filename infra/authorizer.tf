locals {
  authorization_type = (
    var.authorizer == null ? "NONE" :
    var.authorizer.iam ? "AWS_IAM" : "CUSTOM"
  )

  authorizers = var.create && local.authorization_type == "CUSTOM" ? [var.authorizer] : []
}

# Decides on each connection before $connect is invoked; messages are not asked about again.
resource "aws_apigatewayv2_authorizer" "websocket" {
  count = length(local.authorizers)

  api_id                     = local.api_id
  name                       = "${var.name}-connect"
  authorizer_type            = "REQUEST"
  authorizer_credentials_arn = local.authorizers[count.index].credentials_arn
  identity_sources           = local.authorizers[count.index].identity_sources
  authorizer_uri = (
    local.authorizers[count.index].function == null
    ? "arn:${local.partition}:apigateway:${local.region}:lambda:path/2015-03-31/functions/${local.authorizers[count.index].function_arn}/invocations"
    : try(aws_lambda_alias.functions[local.authorizers[count.index].function].invoke_arn, aws_lambda_function.functions[local.authorizers[count.index].function].invoke_arn)
  )
}

# API Gateway may ask the function on behalf of this authorizer, and of no other.
resource "aws_lambda_permission" "authorizer" {
  count = length([for authorizer in local.authorizers : authorizer if authorizer.credentials_arn == null])

  statement_id  = "authorizer"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${local.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.websocket[0].id}"
  function_name = local.authorizers[0].function == null ? join(":", slice(split(":", local.authorizers[0].function_arn), 0, 7)) : aws_lambda_function.functions[local.authorizers[0].function].arn
  qualifier     = local.authorizers[0].function == null ? try(split(":", local.authorizers[0].function_arn)[7], null) : try(aws_lambda_alias.functions[local.authorizers[0].function].name, null)
}
