locals {
  # Thresholds for a small chat; what is not named keeps its default.
  alarms = {
    topic_arns = [aws_sns_topic.alarms.arn]
    period     = 60
    thresholds = { client_errors = 20, integration_latency = 2000, fanout_lag = 5000 }
  }

  # What functions count of themselves, for alarms and dashboard too.
  metrics = { namespace = "Complete" }
}

# Subscribe to it whoever should be told.
resource "aws_sns_topic" "alarms" {
  name = "complete-alarms"
}
