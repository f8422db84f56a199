data "aws_partition" "current" {}

# What API Gateway is when it writes logs.
resource "aws_iam_role" "logging" {
  name        = var.name
  description = "Lets API Gateway write the logs of every API of this account and region."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

# AWS's own policy for this role: Amazon API Gateway Developer Guide, "Set up CloudWatch API logging using
# the API Gateway console".
resource "aws_iam_role_policy_attachment" "logging" {
  role       = aws_iam_role.logging.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

# One setting for the whole account in a region.
resource "aws_api_gateway_account" "account" {
  cloudwatch_role_arn = aws_iam_role.logging.arn

  # API Gateway tries the role before it takes it.
  depends_on = [aws_iam_role_policy_attachment.logging]
}
