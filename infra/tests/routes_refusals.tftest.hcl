# What routes may not be.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = {
    app    = { handler = "handlers.default.handler", timeout = 29 }
    worker = { handler = "handlers.default.handler", timeout = 900 }
  }
  routes = { "$default" = { function = "app" } }
}

run "route_selection_expression_rejects_blank" {
  command = plan

  variables {
    route_selection_expression = " "
  }

  expect_failures = [var.route_selection_expression]
}

run "connect_rejects_two_way" {
  command = plan

  variables {
    routes = { "$connect" = { function = "app", two_way = true } }
  }

  expect_failures = [var.routes]
}

run "disconnect_rejects_two_way" {
  command = plan

  variables {
    routes = { "$disconnect" = { function = "app", two_way = true } }
  }

  expect_failures = [var.routes]
}

run "route_key_rejects_leading_dollar" {
  command = plan

  variables {
    routes = { "$join" = { function = "app" } }
  }

  expect_failures = [var.routes]
}

run "route_key_rejects_empty" {
  command = plan

  variables {
    routes = { "" = { function = "app" } }
  }

  expect_failures = [var.routes]
}

run "routes_reject_unknown_function" {
  command = plan

  variables {
    routes = { "$default" = { function = "ap" } }
  }

  expect_failures = [var.routes]
}

run "routes_reject_own_functions_without_own_routes" {
  command = plan

  variables {
    routes = null
  }

  expect_failures = [var.routes]
}

run "routes_reject_function_slower_than_api_gateway_waits" {
  command = plan

  variables {
    routes = { "$default" = { function = "worker" } }
  }

  expect_failures = [var.routes]
}

run "routes_reject_none" {
  command = plan

  variables {
    routes = {}
  }

  expect_failures = [var.routes]
}

run "routes_reject_301" {
  command = plan

  variables {
    routes = { for number in range(301) : "route-${number}" => { function = "app" } }
  }

  expect_failures = [var.routes]
}

run "routes_throttle_rejects_rate_above_the_accounts" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { rate_limit = 10001 } } }
  }

  expect_failures = [var.routes]
}

run "routes_throttle_rejects_burst_above_the_accounts" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { burst_limit = 5001 } } }
  }

  expect_failures = [var.routes]
}

run "model_selection_expression_rejects_no_models" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", model_selection_expression = "$request.body.kind" } }
  }

  expect_failures = [var.routes]
}

run "model_selection_expression_rejects_text_without_dollar" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", model_selection_expression = "kind" } }
    models = { Say = { schema = "{}" } }
  }

  expect_failures = [var.routes]
}

run "connect_rejects_model" {
  command = plan

  variables {
    routes = { "$connect" = { function = "app", model = "Say" } }
    models = { Say = { schema = "{}" } }
  }

  expect_failures = [var.routes]
}

run "disconnect_rejects_model_selection" {
  command = plan

  variables {
    routes = { "$disconnect" = { function = "app", model_selection_expression = "$request.body.kind" } }
    models = { Say = { schema = "{}" } }
  }

  expect_failures = [var.routes]
}
