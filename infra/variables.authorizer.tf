variable "authorizer" {
  description = <<-EOT
    Who decides on each connection; routes["$connect"].authorizer turns it on. Exactly one of function, function_arn, jwt and iam.
    - function: key of the function that decides: a Lambda REQUEST authorizer.
    - function_arn: ARN of a function made elsewhere, or of one of its aliases.
    - jwt: a ready function that lets in whoever shows a valid JSON Web Token; its key among the outputs is authorizer.
      - jwks_url: where the issuer publishes its keys, as in "https://issuer.example.com/.well-known/jwks.json".
      - keys: the public keys themselves in place of jwks_url: a JSON Web Key Set as text.
      - issuer: what iss must be.
      - audiences: of which aud must hold one.
      - algorithms: RS256, ES256 and EdDSA, or some of them.
      - leeway_seconds: by how much clocks may differ, at most 300.
      - required_scopes: all of which scope or scp must hold.
      - token_sources: where a token is looked for, in this order: "header:NAME", "querystring:NAME", "subprotocol". Browsers can set no header, but query and subprotocol; addresses end up in logs.
      - jwks_cache_seconds: for how long keys are taken from memory.
      - architecture: arm64 or x86_64.
      - runtime: python3.11 or later.
      - memory_size: MB, 128 to 10240.
      - log_retention_in_days: one of CloudWatch Logs' periods; 0 keeps logs forever.
      - log_kms_key_arn: key that encrypts its logs; CloudWatch Logs' own if left out.
      - package_path: a ready zip of it. Without one it is built at apply, which needs python3 with pip, a POSIX shell and a package index.
    - iam: whether clients sign the handshake with Signature Version 4, and IAM decides.
    - identity_sources: what a client must send, or is refused with 401 without the function being asked, as in ["route.request.querystring.token"].
    - credentials_arn: role with which API Gateway invokes the function, in place of a permission on it.
    - create_permission: whether API Gateway is permitted here to invoke the function: say false for a function of another account, or when credentials_arn comes from a resource that is not there yet; otherwise credentials_arn decides.
    - payload_format_version: "1.0", which is the only one of WebSocket APIs.
  EOT
  type = object({
    function     = optional(string)
    function_arn = optional(string)
    jwt = optional(object({
      jwks_url              = optional(string)
      keys                  = optional(string)
      issuer                = string
      audiences             = list(string)
      algorithms            = optional(list(string), ["RS256", "ES256", "EdDSA"])
      leeway_seconds        = optional(number, 60)
      required_scopes       = optional(list(string), [])
      token_sources         = optional(list(string), ["header:Authorization", "subprotocol"])
      jwks_cache_seconds    = optional(number, 300)
      architecture          = optional(string, "arm64")
      runtime               = optional(string, "python3.13")
      memory_size           = optional(number, 512)
      log_retention_in_days = optional(number, 30)
      log_kms_key_arn       = optional(string)
      package_path          = optional(string)
    }))
    iam                    = optional(bool, false)
    identity_sources       = optional(list(string), [])
    credentials_arn        = optional(string)
    create_permission      = optional(bool)
    payload_format_version = optional(string, "1.0")
  })
  default = null

  validation {
    condition     = var.authorizer == null ? true : length([for given in [var.authorizer.function != null, var.authorizer.function_arn != null, var.authorizer.jwt != null, var.authorizer.iam] : given if given]) == 1
    error_message = "authorizer must be exactly one of function, function_arn, jwt and iam = true."
  }

  validation {
    condition     = try(var.authorizer.function, null) == null ? true : contains(keys(var.functions), var.authorizer.function)
    error_message = "authorizer.function must be a key of functions (${join(", ", keys(var.functions))}); it is \"${coalesce(try(var.authorizer.function, null), "null")}\"."
  }

  validation {
    condition     = try(var.functions[var.authorizer.function].timeout, 1) <= 29
    error_message = "authorizer.function: API Gateway waits 29 seconds for an answer, so the function's timeout must be at most 29; it is ${try(var.functions[var.authorizer.function].timeout, "null")}."
  }

  validation {
    condition     = try(var.authorizer.function_arn, null) == null ? true : can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?$", var.authorizer.function_arn))
    error_message = "authorizer.function_arn must be a function's own ARN, not its invoke ARN, as in arn:aws:lambda:eu-west-1:111122223333:function:NAME; it is \"${coalesce(try(var.authorizer.function_arn, null), "null")}\"."
  }

  validation {
    condition     = var.authorizer == null ? true : alltrue([for source in var.authorizer.identity_sources : can(regex("^(route\\.request\\.(header|querystring)|stageVariables|context)\\.[A-Za-z0-9_.-]+$", source))])
    error_message = "authorizer.identity_sources are written route.request.header.NAME, route.request.querystring.NAME, stageVariables.NAME or context.NAME: the form with $request is of HTTP APIs; given ${jsonencode(try(var.authorizer.identity_sources, []))}."
  }

  validation {
    condition     = var.authorizer == null ? true : var.authorizer.payload_format_version == "1.0"
    error_message = "authorizer.payload_format_version must be \"1.0\": 2.0 and its simple answers are of HTTP APIs; it is \"${coalesce(try(var.authorizer.payload_format_version, null), "null")}\"."
  }

  validation {
    condition     = try(var.authorizer.iam, false) ? length(var.authorizer.identity_sources) == 0 && var.authorizer.credentials_arn == null : true
    error_message = "authorizer.iam reads the signature alone: remove identity_sources and credentials_arn."
  }

  validation {
    condition     = var.authorizer == null ? true : anytrue([for key, route in var.routes : key == "$connect" && route.authorizer])
    error_message = "authorizer decides on nothing: set routes[\"$connect\"].authorizer = true, or remove authorizer."
  }

  validation {
    condition     = var.authorizer != null || alltrue([for route in var.routes : !route.authorizer])
    error_message = "authorizer is missing: routes[\"$connect\"].authorizer asks for one. Set authorizer, or remove it from the route."
  }

  # The JWT authorizer

  validation {
    condition     = try(var.authorizer.jwt, null) == null ? true : !contains(keys(var.functions), "authorizer") && !contains(keys(var.integrations), "authorizer") && length("${var.name}-authorizer") <= 64
    error_message = "authorizer.jwt makes the function ${var.name}-authorizer: no key of functions or integrations may be \"authorizer\" beside it, and name may have at most 53 characters."
  }

  validation {
    condition     = try(var.authorizer.jwt, null) == null ? true : (var.authorizer.jwt.jwks_url == null) != (var.authorizer.jwt.keys == null)
    error_message = "authorizer.jwt needs jwks_url or keys, and not both."
  }

  validation {
    condition     = try(var.authorizer.jwt.jwks_url, null) == null ? true : can(regex("^(https://[^/\\s@?#]+|http://(127\\.0\\.0\\.1|localhost)(:[0-9]+)?)/[^\\s#]*$", var.authorizer.jwt.jwks_url))
    error_message = "authorizer.jwt.jwks_url must be an https:// address without user name, password and fragment, as whoever changes keys on their way can let in anyone; it is \"${coalesce(try(var.authorizer.jwt.jwks_url, null), "null")}\"."
  }

  validation {
    condition     = try(var.authorizer.jwt.keys, null) == null ? true : try(length(jsondecode(var.authorizer.jwt.keys).keys) > 0 && alltrue([for key in jsondecode(var.authorizer.jwt.keys).keys : contains(["RSA", "EC", "OKP"], key.kty) && !can(key.d)]), false)
    error_message = "authorizer.jwt.keys must be a JSON Web Key Set as text, {\"keys\": […]}, of public keys (kty RSA, EC or OKP, without d): whoever may read the function reads them."
  }

  # AWS Lambda Developer Guide, "Lambda quotas": all variables of a function have 4 KB.
  validation {
    condition     = length(jsonencode(try(var.authorizer.jwt, null))) <= 3584
    error_message = "authorizer.jwt is more than fits into the 4 KB of a function's environment; set jwks_url in place of keys, or fewer keys."
  }

  validation {
    condition     = try(var.authorizer.jwt, null) == null ? true : trimspace(var.authorizer.jwt.issuer) != "" && length(var.authorizer.jwt.audiences) > 0 && alltrue([for audience in var.authorizer.jwt.audiences : trimspace(audience) != ""])
    error_message = "authorizer.jwt needs an issuer and at least one of audiences, or a token that was made for another service would open this API."
  }

  validation {
    condition     = try(var.authorizer.jwt, null) == null ? true : length(var.authorizer.jwt.algorithms) > 0 && length(setsubtract(var.authorizer.jwt.algorithms, ["RS256", "ES256", "EdDSA"])) == 0
    error_message = "authorizer.jwt.algorithms may hold RS256, ES256 and EdDSA, which need no secret here; given ${jsonencode(try(var.authorizer.jwt.algorithms, []))}."
  }

  validation {
    condition     = try(var.authorizer.jwt, null) == null ? true : var.authorizer.jwt.leeway_seconds >= 0 && var.authorizer.jwt.leeway_seconds <= 300 && floor(var.authorizer.jwt.leeway_seconds) == var.authorizer.jwt.leeway_seconds && var.authorizer.jwt.jwks_cache_seconds >= 1 && floor(var.authorizer.jwt.jwks_cache_seconds) == var.authorizer.jwt.jwks_cache_seconds
    error_message = "authorizer.jwt: leeway_seconds must be a whole number from 0 to 300, and jwks_cache_seconds one from 1; given ${jsonencode([try(var.authorizer.jwt.leeway_seconds, null), try(var.authorizer.jwt.jwks_cache_seconds, null)])}."
  }

  validation {
    condition     = try(var.authorizer.jwt, null) == null ? true : alltrue([for scope in var.authorizer.jwt.required_scopes : can(regex("^\\S+$", scope))])
    error_message = "authorizer.jwt.required_scopes: a scope has no spaces; write one for each element; given ${jsonencode(try(var.authorizer.jwt.required_scopes, []))}."
  }

  validation {
    condition     = try(var.authorizer.jwt, null) == null ? true : length(var.authorizer.jwt.token_sources) > 0 && alltrue([for source in var.authorizer.jwt.token_sources : can(regex("^((header|querystring):[A-Za-z0-9_.-]+|subprotocol)$", source))])
    error_message = "authorizer.jwt.token_sources must hold one or more of \"header:NAME\", \"querystring:NAME\" and \"subprotocol\"; given ${jsonencode(try(var.authorizer.jwt.token_sources, []))}."
  }

  validation {
    condition     = try(var.authorizer.jwt, null) == null ? true : contains(["arm64", "x86_64"], var.authorizer.jwt.architecture) && can(regex("^python3\\.1[1-9]$", var.authorizer.jwt.runtime)) && var.authorizer.jwt.memory_size >= 128 && var.authorizer.jwt.memory_size <= 10240 && floor(var.authorizer.jwt.memory_size) == var.authorizer.jwt.memory_size && contains(local.log_retention_periods, var.authorizer.jwt.log_retention_in_days)
    error_message = "authorizer.jwt: architecture must be arm64 or x86_64, runtime python3.11 or later, memory_size a whole number of MB from 128 to 10240, and log_retention_in_days one of ${join(", ", local.log_retention_periods)}; given ${jsonencode(try([var.authorizer.jwt.architecture, var.authorizer.jwt.runtime, var.authorizer.jwt.memory_size, var.authorizer.jwt.log_retention_in_days], []))}."
  }

  validation {
    condition     = try(var.authorizer.jwt.package_path, null) == null ? true : fileexists(var.authorizer.jwt.package_path)
    error_message = "authorizer.jwt.package_path names no file: \"${coalesce(try(var.authorizer.jwt.package_path, null), "null")}\". Build the zip first, or leave package_path out and it is built at apply."
  }
}
