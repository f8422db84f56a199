locals {
  stage = {
    name             = "v1"
    throttle         = { rate_limit = 200, burst_limit = 100 }
    variables        = { greeting = "Welcome" }
    execution_logs   = "ERROR"
    detailed_metrics = true

    access_logs = {
      retention_in_days = 14
      format            = jsonencode({ request = "$context.requestId", connection = "$context.connectionId", route = "$context.routeKey", status = "$context.status" })
    }

    account_logging_acknowledged = var.create_account_logging ? module.account_logging[0].acknowledged : true
  }
}

# The role with which API Gateway logs: one for the whole account, so it is not made unasked.
module "account_logging" {
  source = "../../infra/modules/account_logging"
  count  = var.create_account_logging ? 1 : 0

  account_wide_acknowledged = true
}
