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

variable "status_url" {
  description = "Address of the server that answers the route status. The default is AWS's, and tells which address asked."
  type        = string
  default     = "https://checkip.amazonaws.com/"
}

variable "create_account_logging" {
  description = "Whether this root makes API Gateway's logging role, which replaces the one of the account and goes with this root: for an account for trials."
  type        = bool
  default     = false
}
