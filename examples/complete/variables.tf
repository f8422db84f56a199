variable "architecture" {
  description = "Architecture of the functions: arm64 or x86_64."
  type        = string
  default     = "arm64"
}

variable "rooms" {
  description = "The rooms that there are."
  type        = set(string)
  default     = ["lobby", "garden"]
}

variable "fanout_threshold" {
  description = "To how many in a room a function sends by itself what is said there; 0 leaves everybody to the workers."
  type        = number
  default     = 1000
}

variable "status_url" {
  description = "Address of the server that answers the route status. The default is AWS's, and tells which address asked."
  type        = string
  default     = "https://checkip.amazonaws.com/"
}

variable "account_logging" {
  description = <<-EOT
    The role with which API Gateway writes logs, one for all APIs of the account in a region.
    - none: there is none, and this API writes no logs.
    - existing: the account has one.
    - create: this root makes it. That replaces the account's, and takes it from every API when this root is destroyed: for an account for trials.
  EOT
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "existing", "create"], var.account_logging)
    error_message = "account_logging must be none, existing or create; it is \"${var.account_logging}\"."
  }
}
