# What metrics may not be, and beside it the nearest that it may.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$default" = { function = "app" } }
}

run "metrics_reject_empty_namespace" {
  command = plan

  variables {
    metrics = { namespace = "" }
  }

  expect_failures = [var.metrics]
}

run "metrics_reject_empty_namespace_but_not_one_character" {
  command = plan

  variables {
    metrics = { namespace = "a" }
  }
}

run "metrics_reject_namespace_with_a_space" {
  command = plan

  variables {
    metrics = { namespace = "My Chat" }
  }

  expect_failures = [var.metrics]
}

run "metrics_reject_namespace_with_a_space_but_not_dash" {
  command = plan

  variables {
    metrics = { namespace = "My-Chat" }
  }
}

run "metrics_reject_namespace_that_begins_with_a_colon" {
  command = plan

  variables {
    metrics = { namespace = ":Chat" }
  }

  expect_failures = [var.metrics]
}

run "metrics_reject_namespace_that_begins_with_a_colon_but_not_ends" {
  command = plan

  variables {
    metrics = { namespace = "Chat:" }
  }
}

run "metrics_reject_namespace_of_aws" {
  command = plan

  variables {
    metrics = { namespace = "AWS/Chat" }
  }

  expect_failures = [var.metrics]
}

run "metrics_reject_namespace_of_aws_but_not_own" {
  command = plan

  variables {
    metrics = { namespace = "Chat" }
  }
}

run "metrics_reject_namespace_of_256_characters" {
  command = plan

  variables {
    metrics = { namespace = join("", [for position in range(256) : "a"]) }
  }

  expect_failures = [var.metrics]
}

run "metrics_reject_namespace_of_256_characters_but_not_255" {
  command = plan

  variables {
    metrics = { namespace = join("", [for position in range(255) : "a"]) }
  }
}
