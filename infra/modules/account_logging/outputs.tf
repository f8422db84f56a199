output "role_arn" {
  description = "ARN of the role with which API Gateway writes logs."
  value       = aws_iam_role.logging.arn
}

output "acknowledged" {
  description = "true once API Gateway has the role: for stage.account_logging_acknowledged of an API in the same root, which then waits for it."
  value       = true
  depends_on  = [aws_api_gateway_account.account]
}
