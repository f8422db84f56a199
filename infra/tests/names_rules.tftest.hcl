# What names may not be, and beside it the nearest that it may.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$default" = { function = "app" } }
}

run "name_rejects_leading_digit" {
  command = plan

  variables {
    name = "2chat"
  }

  expect_failures = [var.name]
}

run "name_rejects_leading_digit_but_not_last" {
  command = plan

  variables {
    name = "chat2"
  }
}

run "function_name_rejects_65_characters" {
  command = plan

  variables {
    name = "a-name-that-is-as-long-as-lambda-and-its-key-allow-it-to-be-1"
  }

  expect_failures = [var.functions]
}

run "function_name_rejects_65_characters_but_not_64" {
  command = plan

  variables {
    name = "a-name-that-is-as-long-as-lambda-and-its-key-allow-it-to-be1"
  }
}

run "tags_reject_what_aws_keeps_for_itself" {
  command = plan

  variables {
    tags = { "AWS:team" = "chat" }
  }

  expect_failures = [var.tags]
}

run "tags_reject_what_aws_keeps_for_itself_but_not_other_keys" {
  command = plan

  variables {
    tags = { team = "chat" }
  }
}
