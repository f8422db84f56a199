locals {
  queue_name = "complete-records"
}

# What is to be kept of a room: what is said, and what is reported.
resource "aws_sqs_queue" "records" {
  name                    = local.queue_name
  sqs_managed_sse_enabled = true
}
