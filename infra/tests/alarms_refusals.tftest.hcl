# What alarms may not be.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$connect" = { function = "app" } }
}

run "topics_reject_name" {
  command = plan

  variables {
    alarms = { topic_arns = ["alarms"] }
  }

  expect_failures = [var.alarms]
}

run "topics_reject_fifo" {
  command = plan

  variables {
    alarms = { topic_arns = ["arn:aws:sns:us-east-1:111122223333:alarms.fifo"] }
  }

  expect_failures = [var.alarms]
}

run "topics_reject_six" {
  command = plan

  variables {
    alarms = { topic_arns = [for number in range(6) : "arn:aws:sns:us-east-1:111122223333:alarms-${number}"] }
  }

  expect_failures = [var.alarms]
}

run "period_rejects_0" {
  command = plan

  variables {
    alarms = { period = 0 }
  }

  expect_failures = [var.alarms]
}

run "period_rejects_90_seconds" {
  command = plan

  variables {
    alarms = { period = 90 }
  }

  expect_failures = [var.alarms]
}

run "period_rejects_more_than_a_day" {
  command = plan

  variables {
    alarms = { period = 86460 }
  }

  expect_failures = [var.alarms]
}

run "thresholds_reject_0" {
  command = plan

  variables {
    alarms = { thresholds = { client_errors = 0 } }
  }

  expect_failures = [var.alarms]
}
