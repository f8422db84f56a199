# What routes may call beside the module's functions, and what messages have to look like.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  integrations = {
    existing = { lambda = { arn = "arn:aws:lambda:us-east-1:111122223333:function:elsewhere:live" } }
    web      = { http = { url = "https://example.com/messages", method = "PUT" } }
    private  = { http = { url = "http://10.0.0.1/", proxy = false, vpc_link_id = "link1" }, timeout_milliseconds = 50 }
    store = {
      aws_service                   = { action = "dynamodb:action/PutItem", table_actions = ["PutItem"] }
      request_templates             = { "$default" = "{}" }
      template_selection_expression = "\\$default"
      responses                     = { "/200/" = { response_templates = { "$default" = "{}" } }, "$default" = {} }
    }
    queue   = { aws_service = { action = "sqs:path/111122223333/jobs", actions = ["sqs:SendMessage"], resources = ["arn:aws:sqs:us-east-1:111122223333:jobs"] } }
    as_role = { aws_service = { action = "sns:action/Publish", credentials_arn = "arn:aws:iam::111122223333:role/publisher" } }
    answer  = { mock = true }
    abroad  = { lambda = { arn = "arn:aws:lambda:us-east-1:444455556666:function:theirs", create_permission = false } }
  }
  routes = {
    "$connect" = { integration = "store", request_parameters = { "route.request.querystring.token" = true } }
    "$default" = { function = "app", two_way = true }
    "existing" = { integration = "existing" }
    "web"      = { integration = "web", model = "Say", operation_name = "Say" }
    "also-web" = { integration = "web" }
    "private"  = { integration = "private" }
    "queue"    = { integration = "queue" }
    "as-role"  = { integration = "as_role" }
    "answer"   = { integration = "answer", model = "Say", model_selection_expression = "$request.body.kind" }
    "abroad"   = { integration = "abroad" }
  }
  models = { Say = { schema = "{\"type\": \"object\"}" }, Shout = { schema = "{}" } }
}

run "each_kind_of_integration_has_its_type_address_and_role" {
  assert {
    condition = { for key, integration in aws_apigatewayv2_integration.websocket : key => integration.integration_type } == {
      app = "AWS_PROXY", existing = "AWS_PROXY", web = "HTTP_PROXY", private = "HTTP", store = "AWS", queue = "AWS", as_role = "AWS", answer = "MOCK", abroad = "AWS_PROXY"
    }
    error_message = "Each integration must have the type of its kind, and routes must share theirs."
  }

  assert {
    condition = (
      aws_apigatewayv2_integration.websocket["existing"].integration_uri == "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111122223333:function:elsewhere:live/invocations" &&
      aws_apigatewayv2_integration.websocket["store"].integration_uri == "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem" &&
      aws_apigatewayv2_integration.websocket["web"].integration_uri == "https://example.com/messages" &&
      aws_apigatewayv2_integration.websocket["web"].integration_method == "PUT"
    )
    error_message = "A function is called by its invoke ARN, a service by its action, a server by its address."
  }

  assert {
    condition     = aws_apigatewayv2_integration.websocket["private"].connection_type == "VPC_LINK" && aws_apigatewayv2_integration.websocket["private"].connection_id == "link1" && aws_apigatewayv2_integration.websocket["private"].timeout_milliseconds == 50
    error_message = "A private server is reached by its link."
  }

  assert {
    condition = (
      toset(keys(aws_iam_role.integrations)) == toset(["store", "queue"]) &&
      aws_apigatewayv2_integration.websocket["store"].credentials_arn == aws_iam_role.integrations["store"].arn &&
      aws_apigatewayv2_integration.websocket["as_role"].credentials_arn == "arn:aws:iam::111122223333:role/publisher" &&
      aws_apigatewayv2_integration.websocket["web"].credentials_arn == null
    )
    error_message = "A service is called with a role of its own, or with the one given."
  }

  assert {
    condition     = toset([for response in aws_apigatewayv2_integration_response.websocket : response.integration_response_key]) == toset(["/200/", "$default"])
    error_message = "Each response must be made."
  }

  assert {
    condition     = aws_lambda_permission.routes["existing"].function_name == "arn:aws:lambda:us-east-1:111122223333:function:elsewhere" && aws_lambda_permission.routes["existing"].qualifier == "live" && toset(keys(aws_lambda_permission.routes)) == toset(["$default", "existing"])
    error_message = "The alias of a function elsewhere must allow its route; services need no permission, and another account gives its own."
  }

  assert {
    condition     = aws_apigatewayv2_model.websocket["Say"].content_type == "application/json" && aws_apigatewayv2_route.websocket["web"].request_models == tomap({ "$default" = "Say" }) && aws_apigatewayv2_route.websocket["web"].model_selection_expression == "$default" && aws_apigatewayv2_route.websocket["web"].operation_name == "Say"
    error_message = "The route must check messages against its model."
  }

  assert {
    condition     = aws_apigatewayv2_route.websocket["answer"].request_models == tomap({ "$default" = "Say", Say = "Say", Shout = "Shout" }) && aws_apigatewayv2_route.websocket["answer"].model_selection_expression == "$request.body.kind"
    error_message = "The expression must be able to pick each model by its key, and fall back to model."
  }

  assert {
    condition     = [for parameter in aws_apigatewayv2_route.websocket["$connect"].request_parameter : [parameter.request_parameter_key, parameter.required]] == [["route.request.querystring.token", true]]
    error_message = "The parameter must be asked for."
  }
}
