# What table may be.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "table_is_on_demand_with_expiring_rows_and_backups" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.connections.billing_mode == "PAY_PER_REQUEST" && aws_dynamodb_table.connections.hash_key == "pk" && aws_dynamodb_table.connections.range_key == "sk"
    error_message = "The table must be on-demand, keyed by pk and sk."
  }

  assert {
    condition     = { for attribute in aws_dynamodb_table.connections.attribute : attribute.name => attribute.type } == { pk = "S", sk = "S" }
    error_message = "Both keys must be strings."
  }

  assert {
    condition     = aws_dynamodb_table.connections.ttl[0].attribute_name == "ttl" && aws_dynamodb_table.connections.ttl[0].enabled
    error_message = "Rows must expire by ttl."
  }

  assert {
    condition     = aws_dynamodb_table.connections.point_in_time_recovery[0].enabled && !aws_dynamodb_table.connections.deletion_protection_enabled
    error_message = "Point-in-time recovery must be on and deletion protection off."
  }
}

run "table_settings_are_taken" {
  command = plan

  variables {
    table = {
      connection_ttl_seconds = 7200
      point_in_time_recovery = false
      deletion_protection    = true
      kms_key_arn            = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
    }
  }

  assert {
    condition     = !aws_dynamodb_table.connections.point_in_time_recovery[0].enabled && aws_dynamodb_table.connections.deletion_protection_enabled
    error_message = "Point-in-time recovery must be off and deletion protection on."
  }

  assert {
    condition     = aws_dynamodb_table.connections.server_side_encryption[0].enabled && aws_dynamodb_table.connections.server_side_encryption[0].kms_key_arn == "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
    error_message = "The table must be encrypted with the given key."
  }

  assert {
    condition     = aws_lambda_function.functions["connect"].environment[0].variables["WEBSOCKET_CONNECTION_TTL_SECONDS"] == "7200"
    error_message = "The functions must be told how long rows stay."
  }
}

run "only_functions_that_use_the_table_may_use_its_key" {
  variables {
    table = { kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd" }
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.functions["connect"].policy).Statement : statement
      if statement.Sid == "UseTableKey"
      ] == [{
        Sid       = "UseTableKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = ["arn:aws:kms:us-east-1:111122223333:key/1234abcd"]
        Condition = { StringLike = { "kms:ViaService" = "dynamodb.*" } }
    }]
    error_message = "connect must be allowed to decrypt with the table's key, through DynamoDB only."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.functions["default"].policy, "kms:")
    error_message = "default does not use the table, so it has no use for its key."
  }
}

run "connection_ttl_rejects_less_than_a_connection_lasts" {
  command = plan

  variables {
    table = { connection_ttl_seconds = 7199 }
  }

  expect_failures = [var.table]
}

run "connection_ttl_rejects_a_fraction" {
  command = plan

  variables {
    table = { connection_ttl_seconds = 7200.5 }
  }

  expect_failures = [var.table]
}

run "kms_key_rejects_alias" {
  command = plan

  variables {
    table = { kms_key_arn = "alias/table" }
  }

  expect_failures = [var.table]
}
