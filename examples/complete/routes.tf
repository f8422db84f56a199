locals {
  routes = {
    # Only here are there headers and a query string, and only here is anyone asked who they are.
    "$connect" = {
      function           = "lifecycle"
      authorizer         = true
      api_key_required   = true
      request_parameters = { "route.request.querystring.room" = true }
    }

    "$disconnect" = { function = "lifecycle" }

    # Whatever names no other route.
    "$default" = { function = "room", two_way = true }

    # A message that does not fit the model costs no invocation.
    "say" = {
      function       = "room"
      two_way        = true
      model          = "Say"
      operation_name = "Say"
      throttle       = { rate_limit = 20, burst_limit = 10 }
    }

    "leave"  = { function = "room" }
    "report" = { integration = "report", two_way = true }
    "status" = { integration = "status", two_way = true }
    "ping"   = { integration = "pong", two_way = true }
  }

  models = {
    Say = {
      description = "Something said in a room."
      schema = jsonencode({
        "$schema"  = "http://json-schema.org/draft-04/schema#"
        type       = "object"
        required   = ["action", "text"]
        properties = { text = { type = "string", minLength = 1, maxLength = 1000 } }
      })
    }
  }
}
