locals {
  functions = {
    # Who may connect? It needs neither table nor connections, so it may use neither.
    admission = {
      handler      = "admission.handler"
      architecture = var.architecture
      memory_size  = 128
      timeout      = 3
      environment  = { ROOMS = join(",", var.rooms) }
    }

    # $connect and $disconnect: the rows of a connection come and go.
    lifecycle = {
      handler       = "lifecycle.handler"
      architecture  = var.architecture
      table_actions = ["GetItem", "PutItem", "UpdateItem", "Query", "DeleteItem"]
    }

    # What is said in a room, to everybody in it. Routes call its alias, so new code takes over at once and whole.
    room = {
      handler               = "room.handler"
      runtime               = "python3.13"
      architecture          = var.architecture
      memory_size           = 512
      timeout               = 10
      ephemeral_storage     = 1024
      log_level             = "WARNING"
      log_retention_in_days = 14
      tracing               = true
      table_actions         = ["GetItem", "PutItem", "UpdateItem", "Query", "DeleteItem"]
      manage_connections    = ["GET", "POST", "DELETE"]
      publishes             = true
      alias                 = { name = "live" }

      policy_statements = [{
        sid       = "Record"
        actions   = ["sqs:SendMessage"]
        resources = [aws_sqs_queue.records.arn]
      }]
      environment = { RECORDS_QUEUE_URL = aws_sqs_queue.records.url }
    }
  }
}
