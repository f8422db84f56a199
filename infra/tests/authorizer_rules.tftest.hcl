# What authorizer may not be, and beside it the nearest that it may.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = {
    app   = { handler = "handlers.default.handler" }
    guard = { handler = "handlers.default.handler" }
  }
  routes = {
    "$connect" = { function = "app", authorizer = true }
    "$default" = { function = "app" }
  }
  authorizer = { function = "guard", identity_sources = ["route.request.querystring.token"] }
}

run "authorizer_rejects_none_of_the_kinds" {
  command = plan

  variables {
    authorizer = {}
  }

  expect_failures = [var.authorizer]
}

run "authorizer_rejects_none_of_the_kinds_but_not_one" {
  command = plan

  variables {
    authorizer = { iam = true }
  }
}

run "authorizer_rejects_two_kinds" {
  command = plan

  variables {
    authorizer = { function = "guard", iam = true }
  }

  expect_failures = [var.authorizer]
}

run "authorizer_rejects_two_kinds_but_not_one" {
  command = plan

  variables {
    authorizer = { function = "guard" }
  }
}

run "authorizer_rejects_unknown_function" {
  command = plan

  variables {
    authorizer = { function = "gaurd" }
  }

  expect_failures = [var.authorizer]
}

run "authorizer_rejects_unknown_function_but_not_known_one" {
  command = plan

  variables {
    authorizer = { function = "guard" }
  }
}

run "authorizer_rejects_invoke_arn" {
  command = plan

  variables {
    authorizer = { function_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/x/invocations" }
  }

  expect_failures = [var.authorizer]
}

run "authorizer_rejects_invoke_arn_but_not_own_arn" {
  command = plan

  variables {
    authorizer = { function_arn = "arn:aws:lambda:us-east-1:111122223333:function:x" }
  }
}

run "authorizer_rejects_identity_source_of_http_apis" {
  command = plan

  variables {
    authorizer = { function = "guard", identity_sources = ["$request.header.Authorization"] }
  }

  expect_failures = [var.authorizer]
}

run "authorizer_rejects_identity_source_of_http_apis_but_not_of_websocket_apis" {
  command = plan

  variables {
    authorizer = { function = "guard", identity_sources = ["route.request.header.Authorization"] }
  }
}

run "authorizer_rejects_identity_sources_beside_iam" {
  command = plan

  variables {
    authorizer = { iam = true, identity_sources = ["route.request.header.Authorization"] }
  }

  expect_failures = [var.authorizer]
}

run "authorizer_rejects_identity_sources_beside_iam_but_not_iam_alone" {
  command = plan

  variables {
    authorizer = { iam = true }
  }
}

run "authorizer_rejects_being_unused" {
  command = plan

  variables {
    routes = { "$connect" = { function = "app" } }
  }

  expect_failures = [var.authorizer]
}

run "authorizer_rejects_being_unused_but_not_used" {
  command = plan

  variables {
    routes = { "$connect" = { function = "app", authorizer = true } }
  }
}

run "authorizer_rejects_being_missing" {
  command = plan

  variables {
    authorizer = null
  }

  expect_failures = [var.authorizer]
}

run "authorizer_rejects_being_missing_but_not_given" {
  command = plan

  variables {
    authorizer = { function = "guard" }
  }
}

run "authorizer_rejects_payload_format_of_http_apis" {
  command = plan

  variables {
    authorizer = { function = "guard", payload_format_version = "2.0" }
  }

  expect_failures = [var.authorizer]
}

run "authorizer_rejects_payload_format_of_http_apis_but_not_of_websocket_apis" {
  command = plan

  variables {
    authorizer = { function = "guard", payload_format_version = "1.0" }
  }
}

run "authorizer_rejects_function_slower_than_api_gateway_waits" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler" }, guard = { handler = "handlers.default.handler", timeout = 30 } }
  }

  expect_failures = [var.authorizer]
}

run "authorizer_rejects_function_slower_than_api_gateway_waits_but_not_as_slow" {
  command = plan

  variables {
    functions = { app = { handler = "handlers.default.handler" }, guard = { handler = "handlers.default.handler", timeout = 29 } }
  }
}
