variable "account_wide_acknowledged" {
  description = "That this sets the logging role of every REST and WebSocket API of the account in this region, replaces the one that is set, and that destroying it ends the logs of all of them. Must be true."
  type        = bool
  nullable    = false

  validation {
    condition     = var.account_wide_acknowledged
    error_message = "This module sets, and when destroyed takes away, the logging role of every REST and WebSocket API of the account in this region, not of yours alone. Read infra/modules/account_logging/README.md, then set account_wide_acknowledged = true, or leave the module out."
  }
}

variable "name" {
  description = "Name of the IAM role. Roles are global, so each region needs another name."
  type        = string
  default     = "api-gateway-logging"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 letters, digits or +=,.@_-; it is \"${var.name}\"."
  }
}

variable "tags" {
  description = "Tags of the role."
  type        = map(string)
  default     = {}
  nullable    = false
}
