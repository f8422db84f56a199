# Connections in a table with no Lambda function at all: API Gateway calls DynamoDB itself.
module "websocket" {
  source    = "../../infra"
  name      = "direct"
  table     = { name = local.table_name }
  functions = {}

  integrations = {
    connection_opens = {
      aws_service                   = { action = "dynamodb:action/PutItem", table_actions = ["PutItem"] }
      template_selection_expression = "\\$default"
      request_templates             = { "$default" = local.put_connection }

      # Any other answer of DynamoDB refuses the client.
      responses = { "/200/" = {} }
    }

    connection_ends = {
      aws_service                   = { action = "dynamodb:action/DeleteItem", table_actions = ["DeleteItem"] }
      template_selection_expression = "\\$default"
      request_templates             = { "$default" = local.delete_connection }
      responses                     = { "$default" = {} }
    }

    count = {
      aws_service                   = { action = "dynamodb:action/UpdateItem", table_actions = ["UpdateItem"] }
      template_selection_expression = "\\$default"
      request_templates             = { "$default" = local.count_message }

      responses = {
        "/200/" = {
          template_selection_expression = "\\$default"
          response_templates            = { "$default" = "{\"messages\": $input.path('$.Attributes.messages.N')}" }
        }
        "$default" = {
          template_selection_expression = "\\$default"
          response_templates            = { "$default" = "{\"error\": \"This message was not counted.\"}" }
        }
      }
    }

    # API Gateway answers by itself: a keep-alive that costs its two messages and nothing else.
    pong = {
      mock                          = true
      template_selection_expression = "\\$default"
      request_templates             = { "$default" = "{\"statusCode\": 200}" }

      responses = {
        "$default" = {
          template_selection_expression = "\\$default"
          response_templates            = { "$default" = "{\"pong\": $context.requestTimeEpoch}" }
        }
      }
    }
  }

  routes = {
    "$connect"    = { integration = "connection_opens" }
    "$disconnect" = { integration = "connection_ends" }
    "$default"    = { integration = "count", two_way = true }
    "ping"        = { integration = "pong", two_way = true }
  }
}

output "websocket_url" {
  description = "Address to which WebSocket clients connect."
  value       = module.websocket.websocket_url
}

output "table_name" {
  description = "Name of the connection table."
  value       = module.websocket.table_name
}
