variable "stage" {
  description = <<-EOT
    The stage, the last part of the API's address.
    - name: letters, digits, '-' and '_'.
    - throttle: for each route that sets none of its own.
      - rate_limit: requests a second.
      - burst_limit: requests at once.
  EOT
  type = object({
    name = optional(string, "prod")
    throttle = optional(object({
      rate_limit  = optional(number, 100)
      burst_limit = optional(number, 50)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.stage.name))
    error_message = "stage.name must be 1 to 128 letters, digits, '-' or '_'; it is \"${var.stage.name}\". A WebSocket API has no $default stage."
  }

  validation {
    condition     = var.stage.throttle.rate_limit > 0
    error_message = "stage.throttle.rate_limit must be above 0 requests a second, or every request is answered 429; it is ${var.stage.throttle.rate_limit}."
  }

  validation {
    condition     = var.stage.throttle.burst_limit >= 1 && floor(var.stage.throttle.burst_limit) == var.stage.throttle.burst_limit
    error_message = "stage.throttle.burst_limit must be a whole number of requests, at least 1, or every request is answered 429; it is ${var.stage.throttle.burst_limit}."
  }
}
