# What alarms may not be, and beside it the nearest that it may.

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

run "topics_reject_name_but_not_arn" {
  command = plan

  variables {
    alarms = { topic_arns = ["arn:aws:sns:us-east-1:111122223333:alarms"] }
  }
}

run "topics_reject_fifo" {
  command = plan

  variables {
    alarms = { topic_arns = ["arn:aws:sns:us-east-1:111122223333:alarms.fifo"] }
  }

  expect_failures = [var.alarms]
}

run "topics_reject_fifo_but_not_standard" {
  command = plan

  variables {
    alarms = { topic_arns = ["arn:aws:sns:us-east-1:111122223333:alarms"] }
  }
}

run "topics_reject_six" {
  command = plan

  variables {
    alarms = { topic_arns = [for number in range(6) : "arn:aws:sns:us-east-1:111122223333:alarms-${number}"] }
  }

  expect_failures = [var.alarms]
}

run "topics_reject_six_but_not_five" {
  command = plan

  variables {
    alarms = { topic_arns = [for number in range(5) : "arn:aws:sns:us-east-1:111122223333:alarms-${number}"] }
  }
}

run "period_rejects_0" {
  command = plan

  variables {
    alarms = { period = 0 }
  }

  expect_failures = [var.alarms]
}

run "period_rejects_0_but_not_60" {
  command = plan

  variables {
    alarms = { period = 60 }
  }
}

run "period_rejects_90_seconds" {
  command = plan

  variables {
    alarms = { period = 90 }
  }

  expect_failures = [var.alarms]
}

run "period_rejects_90_seconds_but_not_120" {
  command = plan

  variables {
    alarms = { period = 120 }
  }
}

run "period_rejects_more_than_a_day" {
  command = plan

  variables {
    alarms = { period = 86460 }
  }

  expect_failures = [var.alarms]
}

run "period_rejects_more_than_a_day_but_not_a_day" {
  command = plan

  variables {
    alarms = { period = 86400 }
  }
}

run "thresholds_reject_0" {
  command = plan

  variables {
    alarms = { thresholds = { client_errors = 0 } }
  }

  expect_failures = [var.alarms]
}

run "thresholds_reject_0_but_not_1" {
  command = plan

  variables {
    alarms = { thresholds = { client_errors = 1 } }
  }
}
