variable "table" {
  description = <<-EOT
    The connection table.
    - connection_ttl_seconds: how long the rows of a connection stay when nothing removed them; at least 7200, as a connection may last 2 hours.
    - point_in_time_recovery: whether any second of the last 35 days can be restored.
    - deletion_protection: whether AWS refuses to delete the table. Off, because its rows are live connections, and an API that cannot be destroyed is the greater nuisance.
    - kms_key_arn: key that encrypts the table; DynamoDB's own, which is free, if left out.
  EOT
  type = object({
    connection_ttl_seconds = optional(number, 7500)
    point_in_time_recovery = optional(bool, true)
    deletion_protection    = optional(bool, false)
    kms_key_arn            = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.table.connection_ttl_seconds >= 7200 && floor(var.table.connection_ttl_seconds) == var.table.connection_ttl_seconds
    error_message = "table.connection_ttl_seconds must be a whole number, at least 7200: API Gateway keeps a connection for up to 2 hours, and its rows must last as long; it is ${var.table.connection_ttl_seconds}."
  }

  validation {
    condition     = var.table.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]+:key/.+$", var.table.kms_key_arn))
    error_message = "table.kms_key_arn must be the ARN of a key, as in arn:aws:kms:eu-west-1:111122223333:key/…; it is \"${coalesce(var.table.kms_key_arn, "null")}\"."
  }
}
