locals {
  # The ready authorizer, by the key that its function has beside those of functions.
  jwt_authorizers = {
    for authorizer in var.authorizer[*] : "authorizer" => authorizer.jwt
    if authorizer.jwt != null
  }

  jwt_functions = {
    for key, jwt in local.jwt_authorizers : key => {
      handler                 = "jwt_authorizer.handler.handler"
      runtime                 = jwt.runtime
      architecture            = jwt.architecture
      memory_size             = jwt.memory_size
      timeout                 = 10
      log_retention_in_days   = jwt.log_retention_in_days
      log_kms_key_arn         = jwt.log_kms_key_arn
      table_actions           = []
      manage_connections      = []
      publishes               = false
      policy_statements       = []
      layers                  = []
      vpc                     = null
      reserved_concurrency    = -1
      provisioned_concurrency = 0
      snap_start              = false
      alias                   = null
      ephemeral_storage       = 512
      tracing                 = false

      environment = {
        for name, value in {
          JWT_JWKS_URL           = jwt.jwks_url
          JWT_KEYS               = jwt.keys
          JWT_ISSUER             = jwt.issuer
          JWT_AUDIENCES          = jsonencode(jwt.audiences)
          JWT_ALGORITHMS         = jsonencode(jwt.algorithms)
          JWT_LEEWAY_SECONDS     = tostring(jwt.leeway_seconds)
          JWT_REQUIRED_SCOPES    = jsonencode(jwt.required_scopes)
          JWT_TOKEN_SOURCES      = jsonencode(jwt.token_sources)
          JWT_JWKS_CACHE_SECONDS = tostring(jwt.jwks_cache_seconds)
        } : name => value if value != null
      }
    }
  }
}
