locals {
  tables = var.create && var.table.existing == null ? [var.table] : []

  # The table that the functions use, whoever made it.
  table = {
    name        = var.table.existing != null ? var.table.existing.name : one(aws_dynamodb_table.connections[*].name)
    arn         = var.table.existing != null ? var.table.existing.arn : one(aws_dynamodb_table.connections[*].arn)
    kms_key_arn = var.table.existing != null ? var.table.existing.kms_key_arn : var.table.kms_key_arn
  }
}

# One row for each open connection; the sort key leaves room for more rows of the same connection.
resource "aws_dynamodb_table" "connections" {
  #checkov:skip=CKV_AWS_28: it is on unless table.point_in_time_recovery says otherwise; checkov does not see the defaults inside an object.
  #checkov:skip=CKV_AWS_119: DynamoDB encrypts with a key of its own at no cost; table.kms_key_arn takes another.
  count = length(local.tables)

  name                        = coalesce(var.table.name, "${var.name}-connections")
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = var.table.deletion_protection
  stream_enabled              = var.table.stream != null
  stream_view_type            = var.table.stream
  tags                        = var.tags

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  # $disconnect is not guaranteed to come, so rows also expire.
  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = var.table.point_in_time_recovery
  }

  dynamic "server_side_encryption" {
    for_each = var.table.kms_key_arn[*]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }
}
