# One application behind all routes, as tests run it in memory and on a local AWS.
module "websocket" {
  source     = "../../../../../../infra"
  name       = "anywhere"
  source_dir = "${path.module}/handlers"

  functions = {
    chat = {
      handler            = "chat.handler"
      architecture       = "x86_64"
      table_actions      = ["GetItem", "PutItem", "UpdateItem", "Query", "DeleteItem"]
      manage_connections = ["POST", "GET", "DELETE"]
    }
  }

  routes = {
    "$connect"    = { function = "chat" }
    "$disconnect" = { function = "chat" }
    "$default"    = { function = "chat", two_way = true }
    "echo"        = { function = "chat", two_way = true }
    "fail"        = { function = "chat", two_way = true }
    "leave"       = { function = "chat", two_way = true }
    "say"         = { function = "chat", two_way = true }
    "whisper"     = { function = "chat", two_way = true }
  }
}

output "websocket_url" {
  value = module.websocket.websocket_url
}

output "table_name" {
  value = module.websocket.table_name
}
