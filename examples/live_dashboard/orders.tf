# The shop's own table, which knows nothing of dashboards. Its stream tells of every change, in the order of each row.
resource "aws_dynamodb_table" "orders" {
  name             = "live-dashboard-orders"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "id"
  stream_enabled   = true
  stream_view_type = "NEW_IMAGE"

  attribute {
    name = "id"
    type = "S"
  }
}

# Reads the stream. A rush comes in batches of up to a hundred changes, and a quiet hour one by one.
resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn  = aws_dynamodb_table.orders.stream_arn
  function_name     = module.websocket.function_arns["changes"]
  starting_position = "LATEST"
  batch_size        = 100

  # What nobody could be told of in a minute is no news any more, and must not hold up what follows.
  maximum_record_age_in_seconds  = 60
  maximum_retry_attempts         = 3
  bisect_batch_on_function_error = true
}
