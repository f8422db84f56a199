variable "table" {
  description = <<-EOT
    The connection table.
    - connection_ttl_seconds: how long the rows of a connection stay when nothing removed them; at least 7200, as a connection may last 2 hours.
    - name: name of the table; NAME-connections if left out. Another name is another, empty table.
    - point_in_time_recovery: whether any second of the last 35 days can be restored.
    - deletion_protection: whether AWS refuses to delete the table. Off, because its rows are live connections, and an API that cannot be destroyed is the greater nuisance.
    - kms_key_arn: key that encrypts the table; DynamoDB's own, which is free, if left out.
    - stream: what the table's stream tells of a change, KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES; no stream if left out.
    - existing: a table made elsewhere, used in place of a new one. Its keys are the strings pk and sk, and its TTL attribute is ttl.
      - name: its name.
      - arn: its ARN.
      - kms_key_arn: the key that encrypts it; DynamoDB's own if left out.
  EOT
  type = object({
    connection_ttl_seconds = optional(number, 7500)
    name                   = optional(string)
    point_in_time_recovery = optional(bool, true)
    deletion_protection    = optional(bool, false)
    kms_key_arn            = optional(string)
    stream                 = optional(string)
    existing = optional(object({
      name        = string
      arn         = string
      kms_key_arn = optional(string)
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.table.connection_ttl_seconds >= 7200 && floor(var.table.connection_ttl_seconds) == var.table.connection_ttl_seconds
    error_message = "table.connection_ttl_seconds must be a whole number, at least 7200: API Gateway keeps a connection for up to 2 hours, and its rows must last as long; it is ${var.table.connection_ttl_seconds}."
  }

  validation {
    condition     = var.table.name == null ? true : can(regex("^[A-Za-z0-9_.-]{3,255}$", var.table.name))
    error_message = "table.name must be 3 to 255 letters, digits, '_', '-' or '.'; it is \"${coalesce(var.table.name, "null")}\"."
  }

  validation {
    condition     = alltrue([for arn in compact([var.table.kms_key_arn, try(var.table.existing.kms_key_arn, null)]) : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]+:key/.+$", arn))])
    error_message = "table: kms_key_arn must be the ARN of a key, not of an alias, as in arn:aws:kms:eu-west-1:111122223333:key/…; given ${jsonencode(compact([var.table.kms_key_arn, try(var.table.existing.kms_key_arn, null)]))}."
  }

  validation {
    condition     = var.table.stream == null ? true : contains(["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"], var.table.stream)
    error_message = "table.stream must be KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES; it is \"${coalesce(var.table.stream, "null")}\"."
  }

  validation {
    condition     = var.table.existing == null ? true : can(regex("^arn:[^:]+:dynamodb:[^:]+:[0-9]{12}:table/[^/]+$", var.table.existing.arn)) && endswith(var.table.existing.arn, ":table/${var.table.existing.name}")
    error_message = "table.existing.arn must be the ARN of the table existing.name, as in arn:aws:dynamodb:eu-west-1:111122223333:table/${try(var.table.existing.name, "NAME")}; it is \"${try(var.table.existing.arn, "null")}\"."
  }

  validation {
    condition     = var.table.existing == null || var.table.name == null && var.table.kms_key_arn == null && var.table.stream == null && var.table.point_in_time_recovery && !var.table.deletion_protection
    error_message = "table.existing is used as it is: remove name, point_in_time_recovery, deletion_protection, kms_key_arn and stream beside it, or set them where that table is made. Its own key goes into existing.kms_key_arn."
  }
}
