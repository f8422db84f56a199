# What routes may not be, and beside it the nearest that it may.

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

run "route_selection_expression_rejects_blank_but_not_expression" {
  command = plan

  variables {
    route_selection_expression = "$request.body.kind"
  }
}

run "connect_rejects_two_way" {
  command = plan

  variables {
    routes = { "$connect" = { function = "app", two_way = true } }
  }

  expect_failures = [var.routes]
}

run "connect_rejects_two_way_but_not_one_way" {
  command = plan

  variables {
    routes = { "$connect" = { function = "app", two_way = false } }
  }
}

run "disconnect_rejects_two_way" {
  command = plan

  variables {
    routes = { "$disconnect" = { function = "app", two_way = true } }
  }

  expect_failures = [var.routes]
}

run "disconnect_rejects_two_way_but_not_one_way" {
  command = plan

  variables {
    routes = { "$disconnect" = { function = "app", two_way = false } }
  }
}

run "route_key_rejects_leading_dollar" {
  command = plan

  variables {
    routes = { "$join" = { function = "app" } }
  }

  expect_failures = [var.routes]
}

run "route_key_rejects_leading_dollar_but_not_none" {
  command = plan

  variables {
    routes = { "join" = { function = "app" } }
  }
}

run "route_key_rejects_empty" {
  command = plan

  variables {
    routes = { "" = { function = "app" } }
  }

  expect_failures = [var.routes]
}

run "route_key_rejects_empty_but_not_one_character" {
  command = plan

  variables {
    routes = { "a" = { function = "app" } }
  }
}

run "routes_reject_unknown_function" {
  command = plan

  variables {
    routes = { "$default" = { function = "ap" } }
  }

  expect_failures = [var.routes]
}

run "routes_reject_unknown_function_but_not_known_one" {
  command = plan

  variables {
    routes = { "$default" = { function = "app" } }
  }
}

run "routes_reject_own_functions_without_own_routes" {
  command = plan

  variables {
    routes = null
  }

  expect_failures = [var.routes]
}

run "routes_reject_own_functions_without_own_routes_but_not_with_them" {
  command = plan

  variables {
    routes = { "$default" = { function = "app" } }
  }
}

run "routes_reject_function_slower_than_api_gateway_waits" {
  command = plan

  variables {
    routes = { "$default" = { function = "worker" } }
  }

  expect_failures = [var.routes]
}

run "routes_reject_function_slower_than_api_gateway_waits_but_not_as_slow" {
  command = plan

  variables {
    routes = { "$default" = { function = "app" } }
  }
}

run "routes_reject_none" {
  command = plan

  variables {
    routes = {}
  }

  expect_failures = [var.routes]
}

run "routes_reject_none_but_not_one" {
  command = plan

  variables {
    routes = { "$default" = { function = "app" } }
  }
}

run "routes_reject_301" {
  command = plan

  variables {
    routes = { for number in range(301) : "route-${number}" => { function = "app" } }
  }

  expect_failures = [var.routes]
}

run "routes_reject_301_but_not_300" {
  command = plan

  variables {
    routes = { for number in range(300) : "route-${number}" => { function = "app" } }
  }
}

run "routes_throttle_rejects_rate_above_the_accounts" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { rate_limit = 10001 } } }
  }

  expect_failures = [var.routes]
}

run "routes_throttle_rejects_rate_above_the_accounts_but_not_the_accounts" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { rate_limit = 10000 } } }
  }
}

run "routes_throttle_rejects_burst_above_the_accounts" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { burst_limit = 5001 } } }
  }

  expect_failures = [var.routes]
}

run "routes_throttle_rejects_burst_above_the_accounts_but_not_the_accounts" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", throttle = { burst_limit = 5000 } } }
  }
}

run "model_selection_expression_rejects_no_models" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", model_selection_expression = "$request.body.kind" } }
  }

  expect_failures = [var.routes]
}

run "model_selection_expression_rejects_no_models_but_not_one" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", model_selection_expression = "$request.body.kind" } }
    models = { Say = { schema = "{}" } }
  }
}

run "model_selection_expression_rejects_text_without_dollar" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", model_selection_expression = "kind" } }
    models = { Say = { schema = "{}" } }
  }

  expect_failures = [var.routes]
}

run "model_selection_expression_rejects_text_without_dollar_but_not_with_one" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", model_selection_expression = "$request.body.kind" } }
    models = { Say = { schema = "{}" } }
  }
}

run "connect_rejects_model" {
  command = plan

  variables {
    routes = { "$connect" = { function = "app", model = "Say" } }
    models = { Say = { schema = "{}" } }
  }

  expect_failures = [var.routes]
}

run "connect_rejects_model_but_not_default" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", model = "Say" } }
    models = { Say = { schema = "{}" } }
  }
}

run "disconnect_rejects_model_selection" {
  command = plan

  variables {
    routes = { "$disconnect" = { function = "app", model_selection_expression = "$request.body.kind" } }
    models = { Say = { schema = "{}" } }
  }

  expect_failures = [var.routes]
}

run "disconnect_rejects_model_selection_but_not_default" {
  command = plan

  variables {
    routes = { "$default" = { function = "app", model_selection_expression = "$request.body.kind" } }
    models = { Say = { schema = "{}" } }
  }
}
