# What API Gateway sends to DynamoDB: JSON, in which the Velocity Template Language replaces $context and $ttl.
locals {
  table_name = "direct-connections"

  # The keys under which websocket_api keeps a connection too.
  key = {
    pk = { S = "CONNECTION#$context.connectionId" }
    sk = { S = "CONNECTION#$context.connectionId" }
  }

  # DynamoDB's TTL counts seconds, and requestTimeEpoch milliseconds: undivided, no row would expire for
  # tens of thousands of years. 7500 seconds are a little more than a connection can last.
  put_connection = join("\n", [
    "#set($ttl = $context.requestTimeEpoch / 1000 + 7500)",
    jsonencode({
      TableName = local.table_name
      Item = merge(local.key, {
        connection_id   = { S = "$context.connectionId" }
        connected_at_ms = { N = "$context.connectedAt" }
        source_ip       = { S = "$context.identity.sourceIp" }
        ttl             = { N = "$ttl" }
      })
    }),
  ])

  delete_connection = jsonencode({
    TableName = local.table_name
    Key       = local.key
  })

  # The condition keeps a late message from making a row that nothing would remove.
  count_message = jsonencode({
    TableName                 = local.table_name
    Key                       = local.key
    ConditionExpression       = "attribute_exists(pk)"
    UpdateExpression          = "ADD messages :one"
    ExpressionAttributeValues = { ":one" = { N = "1" } }
    ReturnValues              = "UPDATED_NEW"
  })
}
