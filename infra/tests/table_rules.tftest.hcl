# What table may not be, and beside it the nearest that it may.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$connect" = { function = "app" } }
}

run "connection_ttl_rejects_less_than_a_connection_lasts" {
  command = plan

  variables {
    table = { connection_ttl_seconds = 7199 }
  }

  expect_failures = [var.table]
}

run "connection_ttl_rejects_less_than_a_connection_lasts_but_not_as_long" {
  command = plan

  variables {
    table = { connection_ttl_seconds = 7200 }
  }
}

run "connection_ttl_rejects_a_fraction" {
  command = plan

  variables {
    table = { connection_ttl_seconds = 7200.5 }
  }

  expect_failures = [var.table]
}

run "connection_ttl_rejects_a_fraction_but_not_a_whole_number" {
  command = plan

  variables {
    table = { connection_ttl_seconds = 7200 }
  }
}

run "table_name_rejects_2_characters" {
  command = plan

  variables {
    table = { name = "ab" }
  }

  expect_failures = [var.table]
}

run "table_name_rejects_2_characters_but_not_3" {
  command = plan

  variables {
    table = { name = "abc" }
  }
}

run "table_name_rejects_space" {
  command = plan

  variables {
    table = { name = "the table" }
  }

  expect_failures = [var.table]
}

run "table_name_rejects_space_but_not_dash" {
  command = plan

  variables {
    table = { name = "the-table" }
  }
}

run "kms_key_rejects_alias" {
  command = plan

  variables {
    table = { kms_key_arn = "alias/table" }
  }

  expect_failures = [var.table]
}

run "kms_key_rejects_alias_but_not_arn" {
  command = plan

  variables {
    table = { kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd" }
  }
}

run "stream_rejects_unknown_view" {
  command = plan

  variables {
    table = { stream = "NEW" }
  }

  expect_failures = [var.table]
}

run "stream_rejects_unknown_view_but_not_known_one" {
  command = plan

  variables {
    table = { stream = "NEW_IMAGE" }
  }
}

run "existing_table_rejects_arn_of_another" {
  command = plan

  variables {
    table = { existing = { name = "other", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }

  expect_failures = [var.table]
}

run "existing_table_rejects_arn_of_another_but_not_its_own" {
  command = plan

  variables {
    table = { existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }
}

run "existing_table_rejects_arn_of_an_index" {
  command = plan

  variables {
    table = { existing = { name = "by-user", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections/index/by-user" } }
  }

  expect_failures = [var.table]
}

run "existing_table_rejects_arn_of_an_index_but_not_of_a_table" {
  command = plan

  variables {
    table = { existing = { name = "by-user", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/by-user" } }
  }
}

run "existing_table_rejects_key_by_alias" {
  command = plan

  variables {
    table = { existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections", kms_key_arn = "arn:aws:kms:us-east-1:111122223333:alias/table" } }
  }

  expect_failures = [var.table]
}

run "existing_table_rejects_key_by_alias_but_not_by_arn" {
  command = plan

  variables {
    table = { existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections", kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd" } }
  }
}

run "existing_table_rejects_name_of_a_new_one" {
  command = plan

  variables {
    table = { name = "connections", existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }

  expect_failures = [var.table]
}

run "existing_table_rejects_name_of_a_new_one_but_not_its_own" {
  command = plan

  variables {
    table = { existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }
}

run "existing_table_rejects_stream" {
  command = plan

  variables {
    table = { stream = "NEW_IMAGE", existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }

  expect_failures = [var.table]
}

run "existing_table_rejects_stream_but_not_none" {
  command = plan

  variables {
    table = { existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }
}

run "existing_table_rejects_kms_key_of_a_new_one" {
  command = plan

  variables {
    table = { kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd", existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }

  expect_failures = [var.table]
}

run "existing_table_rejects_kms_key_of_a_new_one_but_not_its_own" {
  command = plan

  variables {
    table = { existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }
}

run "existing_table_rejects_deletion_protection" {
  command = plan

  variables {
    table = { deletion_protection = true, existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }

  expect_failures = [var.table]
}

run "existing_table_rejects_deletion_protection_but_not_its_own" {
  command = plan

  variables {
    table = { deletion_protection = false, existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }
}

run "existing_table_rejects_point_in_time_recovery" {
  command = plan

  variables {
    table = { point_in_time_recovery = false, existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }

  expect_failures = [var.table]
}

run "existing_table_rejects_point_in_time_recovery_but_not_its_own" {
  command = plan

  variables {
    table = { point_in_time_recovery = true, existing = { name = "connections", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/connections" } }
  }
}
