data "aws_caller_identity" "current" {}

locals {
  integrations = {
    # A report goes into the queue as it is, with no function between.
    report = {
      aws_service = {
        action    = "sqs:path/${data.aws_caller_identity.current.account_id}/${local.queue_name}"
        actions   = ["sqs:SendMessage"]
        resources = [aws_sqs_queue.records.arn]
      }
      timeout_milliseconds          = 5000
      passthrough_behavior          = "NEVER"
      request_parameters            = { "integration.request.header.Content-Type" = "'application/x-www-form-urlencoded'" }
      template_selection_expression = "\\$default"
      request_templates             = { "$default" = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)" }

      responses = {
        "/200/" = {
          template_selection_expression = "\\$default"
          response_templates            = { "$default" = jsonencode({ reported = "$context.messageId" }) }
        }
        "$default" = {
          template_selection_expression = "\\$default"
          response_templates            = { "$default" = jsonencode({ error = "The report was not taken." }) }
        }
      }
    }

    # Another server answers.
    status = {
      http                 = { url = var.status_url, method = "GET" }
      timeout_milliseconds = 5000
    }

    # API Gateway answers by itself: a keep-alive.
    pong = {
      mock                          = true
      template_selection_expression = "\\$default"
      request_templates             = { "$default" = jsonencode({ statusCode = 200 }) }

      responses = {
        "$default" = {
          template_selection_expression = "\\$default"
          response_templates            = { "$default" = jsonencode({ pong = "$context.requestTime" }) }
        }
      }
    }
  }
}
