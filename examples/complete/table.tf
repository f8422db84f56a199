locals {
  table = {
    name                   = "complete-rooms"
    connection_ttl_seconds = 8000
    point_in_time_recovery = false
    deletion_protection    = false
    kms_key_arn            = aws_kms_key.table.arn
    stream                 = "NEW_AND_OLD_IMAGES"
  }
}

# A key of our own: who may use it, and so who may read the table, is ours to say and in CloudTrail to see.
resource "aws_kms_key" "table" {
  description             = "Encrypts the table of the API complete."
  enable_key_rotation     = true
  deletion_window_in_days = 7
}
