locals {
  stage = {
    name             = "v1"
    throttle         = { rate_limit = 200, burst_limit = 100 }
    variables        = { greeting = "Welcome" }
    detailed_metrics = true

    # API Gateway logs for nobody before the account has a role for it.
    account_logging_acknowledged = var.account_logging == "create" ? module.account_logging[0].acknowledged : local.logs
    execution_logs               = local.logs ? "ERROR" : "OFF"
    access_logs                  = local.logs ? { format = local.access_log_format, retention_in_days = 14 } : null
  }

  logs = var.account_logging != "none"

  # One line of JSON for each connection, message and disconnection.
  access_log_format = jsonencode({
    requestId    = "$context.requestId"
    connectionId = "$context.connectionId"
    routeKey     = "$context.routeKey"
    room         = "$context.authorizer.room"
    status       = "$context.status"
    error        = "$context.error.responseType"
  })
}

# The role with which API Gateway logs: one for the whole account in a region, so it is not made unasked.
module "account_logging" {
  source = "../../infra/modules/account_logging"
  count  = var.account_logging == "create" ? 1 : 0

  account_wide_acknowledged = true
}
