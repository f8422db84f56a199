# What makes a new deployment, and what does not. Each run changes one input of the first.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = {
    app   = { handler = "app.handler" }
    other = { handler = "other.handler" }
  }
  routes = {
    "$default" = { function = "app" }
    "join"     = { function = "app" }
  }
}

run "first" {
  command = plan

  assert {
    condition     = can(regex("^[0-9a-f]{64}$", output.deployment_hash))
    error_message = "The hash must be known while planning."
  }
}

run "selection_expression_redeploys" {
  command = plan

  variables {
    route_selection_expression = "$request.body.type"
  }

  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "This must make a new deployment."
  }
}

run "added_route_redeploys" {
  command = plan

  variables {
    routes = {
      "$default" = { function = "app" }
      "join"     = { function = "app" }
      "leave"    = { function = "app" }
    }
  }

  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "This must make a new deployment."
  }
}

run "removed_route_redeploys" {
  command = plan

  variables {
    routes = { "$default" = { function = "app" } }
  }

  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "This must make a new deployment."
  }
}

run "renamed_route_redeploys" {
  command = plan

  variables {
    routes = {
      "$default" = { function = "app" }
      "enter"    = { function = "app" }
    }
  }

  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "This must make a new deployment."
  }
}

run "other_function_of_a_route_redeploys" {
  command = plan

  variables {
    routes = {
      "$default" = { function = "app" }
      "join"     = { function = "other" }
    }
  }

  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "This must make a new deployment."
  }
}

run "route_response_redeploys" {
  command = plan

  variables {
    routes = {
      "$default" = { function = "app", two_way = true }
      "join"     = { function = "app" }
    }
  }

  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "This must make a new deployment."
  }
}

run "renamed_functions_redeploy" {
  command = plan

  variables {
    name = "chat"
  }

  assert {
    condition     = output.deployment_hash != run.first.deployment_hash
    error_message = "This must make a new deployment."
  }
}

run "settings_of_a_function_do_not_redeploy" {
  command = plan

  variables {
    functions = {
      app   = { handler = "new.handler", memory_size = 512, timeout = 20, architecture = "x86_64", environment = { GREETING = "hello" }, table_actions = ["Query"] }
      other = { handler = "other.handler" }
    }
  }

  assert {
    condition     = output.deployment_hash == run.first.deployment_hash
    error_message = "This must not make a new deployment."
  }
}

run "unused_function_does_not_redeploy" {
  command = plan

  variables {
    functions = {
      app = { handler = "app.handler" }
    }
  }

  assert {
    condition     = output.deployment_hash == run.first.deployment_hash
    error_message = "This must not make a new deployment."
  }
}

run "throttles_do_not_redeploy" {
  command = plan

  variables {
    stage = { throttle = { rate_limit = 5, burst_limit = 2 } }
    routes = {
      "$default" = { function = "app", throttle = { rate_limit = 3 } }
      "join"     = { function = "app" }
    }
  }

  assert {
    condition     = output.deployment_hash == run.first.deployment_hash
    error_message = "This must not make a new deployment."
  }
}

run "stage_name_and_tags_do_not_redeploy" {
  command = plan

  variables {
    stage = { name = "dev" }
    tags  = { team = "chat" }
  }

  assert {
    condition     = output.deployment_hash == run.first.deployment_hash
    error_message = "This must not make a new deployment."
  }
}

run "table_does_not_redeploy" {
  command = plan

  variables {
    table = { connection_ttl_seconds = 86400, deletion_protection = true }
  }

  assert {
    condition     = output.deployment_hash == run.first.deployment_hash
    error_message = "This must not make a new deployment."
  }
}
