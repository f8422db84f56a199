# The connection table, made here or elsewhere.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "table_is_on_demand_with_expiring_rows_and_backups" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.connections[0].billing_mode == "PAY_PER_REQUEST" && aws_dynamodb_table.connections[0].hash_key == "pk" && aws_dynamodb_table.connections[0].range_key == "sk"
    error_message = "The table must be on-demand, keyed by pk and sk."
  }

  assert {
    condition     = { for attribute in aws_dynamodb_table.connections[0].attribute : attribute.name => attribute.type } == { pk = "S", sk = "S" }
    error_message = "Both keys must be strings."
  }

  assert {
    condition     = aws_dynamodb_table.connections[0].ttl[0].attribute_name == "ttl" && aws_dynamodb_table.connections[0].ttl[0].enabled
    error_message = "Rows must expire by ttl."
  }

  assert {
    condition     = aws_dynamodb_table.connections[0].point_in_time_recovery[0].enabled && !aws_dynamodb_table.connections[0].deletion_protection_enabled
    error_message = "Point-in-time recovery must be on and deletion protection off."
  }

  assert {
    condition     = aws_dynamodb_table.connections[0].name == "websocket-connections" && !aws_dynamodb_table.connections[0].stream_enabled
    error_message = "The table must be named after the API, and have no stream."
  }
}

run "table_settings_are_taken" {
  command = plan

  variables {
    table = {
      connection_ttl_seconds = 7200
      name                   = "a.1"
      stream                 = "NEW_AND_OLD_IMAGES"
      point_in_time_recovery = false
      deletion_protection    = true
      kms_key_arn            = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
    }
  }

  assert {
    condition     = !aws_dynamodb_table.connections[0].point_in_time_recovery[0].enabled && aws_dynamodb_table.connections[0].deletion_protection_enabled
    error_message = "Point-in-time recovery must be off and deletion protection on."
  }

  assert {
    condition     = aws_dynamodb_table.connections[0].server_side_encryption[0].enabled && aws_dynamodb_table.connections[0].server_side_encryption[0].kms_key_arn == "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
    error_message = "The table must be encrypted with the given key."
  }

  assert {
    condition     = aws_dynamodb_table.connections[0].name == "a.1" && aws_dynamodb_table.connections[0].stream_enabled && aws_dynamodb_table.connections[0].stream_view_type == "NEW_AND_OLD_IMAGES"
    error_message = "Name and stream must be as given."
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

run "existing_table_is_used_and_not_made" {
  variables {
    table = {
      connection_ttl_seconds = 9000
      existing = {
        name        = "shared"
        arn         = "arn:aws:dynamodb:us-east-1:111122223333:table/shared"
        kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
      }
    }
    alarms = {}
  }

  assert {
    condition     = length(aws_dynamodb_table.connections) == 0 && output.stream_arn == null
    error_message = "No table may be made."
  }

  assert {
    condition     = output.table_name == "shared" && output.table_arn == "arn:aws:dynamodb:us-east-1:111122223333:table/shared"
    error_message = "The outputs must name the existing table."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.functions : function.environment[0].variables["WEBSOCKET_TABLE_NAME"] == "shared" && function.environment[0].variables["WEBSOCKET_CONNECTION_TTL_SECONDS"] == "9000"])
    error_message = "The functions must be told the existing table, and how long rows stay."
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.functions["connect"].policy).Statement :
      statement.Sid => join(" ", concat(statement.Action, statement.Resource)) if statement.Sid != "WriteOwnLogs"
      } == {
      UseConnectionTable = "dynamodb:PutItem arn:aws:dynamodb:us-east-1:111122223333:table/shared"
      UseTableKey        = "kms:Decrypt arn:aws:kms:us-east-1:111122223333:key/1234abcd"
    }
    error_message = "The functions must be allowed to use that table and its key, and no other."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.alarms["table-read-throttles"].dimensions.TableName == "shared"
    error_message = "The existing table must be watched."
  }
}
