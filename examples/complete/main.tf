# Nearly every input of the module, each from the file of its name.
module "websocket" {
  source = "../../infra"

  name                       = "complete"
  tags                       = { application = "complete", environment = "example" }
  source_dir                 = "${path.module}/handlers"
  route_selection_expression = "$request.body.action"

  stage        = local.stage
  functions    = local.functions
  integrations = local.integrations
  models       = local.models
  routes       = local.routes
  authorizer   = local.authorizer
  usage_plan   = local.usage_plan
  table        = local.table
  fanout       = local.fanout
  metrics      = local.metrics
  alarms       = local.alarms
  dashboard    = true
}
