variable "routes" {
  description = <<-EOT
    The routes, by route key: $connect, $disconnect, $default, and any value that route_selection_expression may take. A map given here replaces the default one.
    - function: key of the function that answers.
    - two_way: whether the reply's body goes back to the client.
    - throttle: this route's own limits; one left out is the stage's.
      - rate_limit: requests a second.
      - burst_limit: requests at once.
  EOT
  type = map(object({
    function = string
    two_way  = optional(bool, false)
    throttle = optional(object({
      rate_limit  = optional(number)
      burst_limit = optional(number)
    }), {})
  }))
  default = {
    "$connect"    = { function = "connect" }
    "$default"    = { function = "default", two_way = true }
    "$disconnect" = { function = "disconnect" }
  }
  nullable = false

  validation {
    condition     = length(var.routes) >= 1 && length(var.routes) <= 300
    error_message = "routes must hold from 1 to 300 routes, which is what API Gateway can deploy; given ${length(var.routes)}."
  }

  validation {
    condition     = alltrue([for key in keys(var.routes) : contains(["$connect", "$default", "$disconnect"], key) || can(regex("^[^$\\s]", key))])
    error_message = "routes: a key is $connect, $default, $disconnect, or a text that does not begin with '$' or a space; given ${jsonencode(keys(var.routes))}."
  }

  validation {
    condition     = alltrue([for route in var.routes : contains(keys(var.functions), route.function)])
    error_message = "routes: function must be a key of functions (${join(", ", keys(var.functions))}); given ${jsonencode({ for key, route in var.routes : key => route.function })}."
  }

  validation {
    condition     = alltrue([for route in var.routes : try(var.functions[route.function].timeout, 1) <= 29])
    error_message = "routes: API Gateway waits 29 seconds for an answer, so the timeout of a function that a route names must be at most 29; given ${jsonencode({ for key, route in var.routes : key => try(var.functions[route.function].timeout, null) })}."
  }

  validation {
    condition     = alltrue([for key in ["$connect", "$disconnect"] : !try(var.routes[key].two_way, false)])
    error_message = "routes: $connect and $disconnect cannot be two_way, because no connection is open to carry a reply; remove two_way there."
  }

  validation {
    condition     = alltrue([for route in var.routes : coalesce(route.throttle.rate_limit, 1) > 0])
    error_message = "routes: throttle.rate_limit must be above 0 requests a second, or every request is answered 429; given ${jsonencode({ for key, route in var.routes : key => route.throttle.rate_limit })}."
  }

  validation {
    condition     = alltrue([for limit in [for route in var.routes : coalesce(route.throttle.burst_limit, 1)] : limit >= 1 && floor(limit) == limit])
    error_message = "routes: throttle.burst_limit must be a whole number of requests, at least 1, or every request is answered 429; given ${jsonencode({ for key, route in var.routes : key => route.throttle.burst_limit })}."
  }
}
