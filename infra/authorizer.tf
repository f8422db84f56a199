locals {
  authorization_type = (
    var.authorizer == null ? "NONE" :
    var.authorizer.iam ? "AWS_IAM" : "CUSTOM"
  )

  # Key of the function that decides, if this module makes it.
  authorizing_function = one(compact(concat(var.authorizer[*].function, keys(local.jwt_functions))))

  # What a deployment freezes of the authorizer; empty unless a function decides.
  authorizers = [
    for authorizer in var.authorizer[*] : {
      function_name    = try(local.function_names[local.authorizing_function], null)
      alias            = try(local.functions[local.authorizing_function].alias.name, null)
      function_arn     = authorizer.function_arn
      credentials_arn  = authorizer.credentials_arn
      identity_sources = authorizer.identity_sources
    } if var.create && !authorizer.iam
  ]

  # The switch is for a plan that does not know credentials_arn yet, and must know how many resources there will be.
  permits_authorizer = var.authorizer == null ? false : coalesce(var.authorizer.create_permission, var.authorizer.credentials_arn == null)
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
    local.authorizers[count.index].alias != null ? aws_lambda_alias.functions[local.authorizing_function].invoke_arn :
    local.authorizing_function != null ? aws_lambda_function.functions[local.authorizing_function].invoke_arn :
    "arn:${local.partition}:apigateway:${local.region}:lambda:path/2015-03-31/functions/${local.authorizers[count.index].function_arn}/invocations"
  )
}

# API Gateway may ask the function on behalf of this authorizer, and of no other.
resource "aws_lambda_permission" "authorizer" {
  count = local.permits_authorizer ? length(local.authorizers) : 0

  # Another authorizer has another statement, so that its permission can be there before the old one goes.
  statement_id = "authorizer-${aws_apigatewayv2_authorizer.websocket[count.index].id}"
  action       = "lambda:InvokeFunction"
  principal    = "apigateway.amazonaws.com"
  source_arn   = "${local.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.websocket[count.index].id}"

  # By ARN, because a function made anew has lost its permissions, and only its ARN tells Terraform so.
  function_name = local.authorizing_function != null ? aws_lambda_function.functions[local.authorizing_function].arn : join(":", slice(split(":", local.authorizers[count.index].function_arn), 0, 7))
  qualifier     = local.authorizing_function != null ? local.authorizers[count.index].alias : try(split(":", local.authorizers[count.index].function_arn)[7], null)
}
