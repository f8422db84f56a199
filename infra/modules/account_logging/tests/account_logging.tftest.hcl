# The role is the account's, so nobody gets it without having read so.

mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws-cn" }
  }
}

run "rejects_unread_readme" {
  command = plan

  variables {
    account_wide_acknowledged = false
  }

  expect_failures = [var.account_wide_acknowledged]
}

run "rejects_name_with_a_slash" {
  command = plan

  variables {
    account_wide_acknowledged = true
    name                      = "logs/api"
  }

  expect_failures = [var.name]
}

run "api_gateway_gets_a_role_that_may_write_logs" {
  variables {
    account_wide_acknowledged = true
    name                      = "logs+=,.@_-"
    tags                      = { team = "platform" }
  }

  assert {
    condition     = jsondecode(aws_iam_role.logging.assume_role_policy).Statement == [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "apigateway.amazonaws.com" } }]
    error_message = "API Gateway alone may take on the role."
  }

  assert {
    condition     = aws_iam_role.logging.name == "logs+=,.@_-" && aws_iam_role.logging.tags.team == "platform" && aws_iam_role_policy_attachment.logging.role == aws_iam_role.logging.name
    error_message = "The role must have name, tags and policy."
  }

  assert {
    condition     = aws_iam_role_policy_attachment.logging.policy_arn == "arn:aws-cn:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    error_message = "The policy must be AWS's own, of the partition."
  }

  assert {
    condition     = aws_api_gateway_account.account.cloudwatch_role_arn == output.role_arn && output.acknowledged
    error_message = "The account must have the role before the module says so."
  }
}
