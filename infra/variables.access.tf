variable "domain" {
  description = <<-EOT
    A domain name of your own for the API.
    - name: the full name, as in "ws.example.com".
    - certificate_arn: ARN of an issued certificate for that name, in the API's region. Without it one is requested and validated in zone_id.
    - zone_id: Route 53 hosted zone in which the name is made to lead to the API. Without it, do so where your DNS is, with the output domain_target.
    - create_certificate: whether a certificate is requested: say false when certificate_arn comes from a resource that is not there yet; otherwise certificate_arn decides.
    - create_records: whether the name is made to lead to the API: say true when both certificate_arn and zone_id come from resources that are not there yet; otherwise zone_id decides.
    - mapping_key: path under the name, as in "chat" for wss://ws.example.com/chat; none if left out, and then the name serves this API alone.
    - disable_default_address: whether the address that API Gateway gives answers 403, so that the domain is the only way in.
  EOT
  type = object({
    name                    = string
    certificate_arn         = optional(string)
    zone_id                 = optional(string)
    create_certificate      = optional(bool)
    create_records          = optional(bool)
    mapping_key             = optional(string)
    disable_default_address = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.domain == null ? true : can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.domain.name)) && length(var.domain.name) <= 253
    error_message = "domain.name must be a full domain name in lower case, as in \"ws.example.com\", without wss:// and path; it is \"${try(var.domain.name, "null")}\"."
  }

  validation {
    condition     = var.domain == null ? true : var.domain.certificate_arn != null || var.domain.zone_id != null
    error_message = "domain needs certificate_arn (an issued certificate), or zone_id (a Route 53 zone in which one is validated), or both. Set one."
  }

  validation {
    condition     = try(var.domain.create_certificate, null) == null ? true : var.domain.create_certificate == (var.domain.certificate_arn == null)
    error_message = "domain.create_certificate must be false beside certificate_arn, and true without; remove it, or certificate_arn."
  }

  validation {
    condition     = try(var.domain.create_records, null) == true ? var.domain.zone_id != null : true
    error_message = "domain.create_records needs domain.zone_id, the hosted zone for the records. Set it, or remove create_records."
  }

  validation {
    condition     = try(var.domain.certificate_arn, null) == null ? true : can(regex("^arn:[^:]+:acm:[^:]+:[0-9]{12}:certificate/.+$", var.domain.certificate_arn))
    error_message = "domain.certificate_arn must be the ARN of a certificate in ACM, as in arn:aws:acm:eu-west-1:111122223333:certificate/…; it is \"${coalesce(try(var.domain.certificate_arn, null), "null")}\"."
  }

  validation {
    condition     = try(var.domain.zone_id, null) == null ? true : can(regex("^[A-Z0-9]{1,32}$", var.domain.zone_id))
    error_message = "domain.zone_id must be the identifier of a hosted zone, as in \"Z0123456789ABCDEFGHIJ\", not its name; it is \"${coalesce(try(var.domain.zone_id, null), "null")}\"."
  }

  # Amazon API Gateway Developer Guide, "Map API stages to a custom domain name".
  validation {
    condition     = try(var.domain.mapping_key, null) == null ? true : can(regex("^[A-Za-z0-9$_.+!*'()-]+(/[A-Za-z0-9$_.+!*'()-]+)*$", var.domain.mapping_key)) && length(var.domain.mapping_key) <= 300
    error_message = "domain.mapping_key must be at most 300 letters, digits or $-_.+!*'(), with '/' only between two of them, as in \"chat\"; it is \"${coalesce(try(var.domain.mapping_key, null), "null")}\". Leave it out to serve the API at the name itself."
  }
}

variable "usage_plan" {
  description = <<-EOT
    Limits for the holders of API keys. Needs api_key_required on the route $connect; a client sends its key there, in the header x-api-key.
    - throttle: limits of each key; the stage's if left out.
      - rate_limit: requests a second.
      - burst_limit: requests at once.
    - quota: how many requests each key has.
      - limit: requests a period.
      - period: DAY, WEEK or MONTH.
    - api_keys: the keys, by name. AWS makes up their values, so that none is written in code; the output api_key_values has them.
      - description: what the key is for, or whose it is.
      - enabled: whether the key is accepted.
  EOT
  type = object({
    throttle = optional(object({
      rate_limit  = number
      burst_limit = number
    }))
    quota = optional(object({
      limit  = number
      period = string
    }))
    api_keys = optional(map(object({
      description = optional(string)
      enabled     = optional(bool, true)
    })), {})
  })
  default = null

  validation {
    condition     = var.usage_plan == null ? true : anytrue([for route_key, route in var.routes : route_key == "$connect" && route.api_key_required])
    error_message = "usage_plan does nothing unless clients must show a key: set routes[\"$connect\"].api_key_required = true, or remove usage_plan."
  }

  validation {
    condition     = try(var.usage_plan.throttle, null) == null ? true : var.usage_plan.throttle.rate_limit > 0 && var.usage_plan.throttle.rate_limit <= var.account_throttle.rate_limit
    error_message = "usage_plan.throttle.rate_limit must be above 0 requests a second and at most ${var.account_throttle.rate_limit}, which is the account's (account_throttle); it is ${coalesce(try(var.usage_plan.throttle.rate_limit, null), "null")}."
  }

  validation {
    condition     = try(var.usage_plan.throttle, null) == null ? true : var.usage_plan.throttle.burst_limit >= 1 && var.usage_plan.throttle.burst_limit <= var.account_throttle.burst_limit && floor(var.usage_plan.throttle.burst_limit) == var.usage_plan.throttle.burst_limit
    error_message = "usage_plan.throttle.burst_limit must be a whole number of requests from 1 to ${var.account_throttle.burst_limit}, which is the account's (account_throttle); it is ${coalesce(try(var.usage_plan.throttle.burst_limit, null), "null")}."
  }

  validation {
    condition     = try(var.usage_plan.quota, null) == null ? true : contains(["DAY", "WEEK", "MONTH"], var.usage_plan.quota.period)
    error_message = "usage_plan.quota.period must be DAY, WEEK or MONTH; it is \"${coalesce(try(var.usage_plan.quota.period, null), "null")}\"."
  }

  validation {
    condition     = try(var.usage_plan.quota, null) == null ? true : var.usage_plan.quota.limit >= 1 && floor(var.usage_plan.quota.limit) == var.usage_plan.quota.limit
    error_message = "usage_plan.quota.limit must be a whole number of requests, at least 1; it is ${coalesce(try(var.usage_plan.quota.limit, null), "null")}."
  }
}
