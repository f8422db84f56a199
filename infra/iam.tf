locals {
  # What a function may do beside what this module knows of, in IAM's own words.
  policy_statements = {
    for key, function in local.functions : key => [
      for statement in function.policy_statements : merge(
        { Effect = statement.effect, Action = statement.actions, Resource = statement.resources },
        statement.sid == null ? {} : { Sid = statement.sid },
        length(statement.conditions) == 0 ? {} : { Condition = statement.conditions },
      )
    ]
  }
}

# One role for each function, so that none can do what only another needs.
resource "aws_iam_role" "functions" {
  for_each = local.functions

  # A prefix, because the same API in two regions of one account needs two names.
  name_prefix = "${substr(local.function_names[each.key], 0, 37)}-"
  description = "What ${local.function_names[each.key]} may do."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

# Its own logs, and of the table and the connections only what functions names.
resource "aws_iam_role_policy" "functions" {
  for_each = local.functions

  name = local.function_names[each.key]
  role = aws_iam_role.functions[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      for statement in [
        {
          Sid      = "WriteOwnLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${aws_cloudwatch_log_group.functions[each.key].arn}:*"]
        },
        {
          Sid      = "UseConnectionTable"
          Effect   = "Allow"
          Action   = [for action in each.value.table_actions : "dynamodb:${action}"]
          Resource = [local.table.arn]
        },
        {
          # DynamoDB decrypts the table's key in the name of whoever reads or writes.
          Sid       = "UseTableKey"
          Effect    = "Allow"
          Action    = length(each.value.table_actions) > 0 && local.table.kms_key_arn != null ? ["kms:Decrypt"] : []
          Resource  = [local.table.kms_key_arn]
          Condition = { StringLike = { "kms:ViaService" = "dynamodb.*" } }
        },
        {
          Sid      = "ManageConnections"
          Effect   = "Allow"
          Action   = length(each.value.manage_connections) > 0 ? ["execute-api:ManageConnections"] : []
          Resource = [for verb in each.value.manage_connections : local.connections_arns[verb]]
        },
        {
          # These actions know no narrower resource: AWS X-Ray in the Service Authorization Reference.
          Sid      = "SendTraces"
          Effect   = "Allow"
          Action   = each.value.tracing ? ["xray:PutTelemetryRecords", "xray:PutTraceSegments"] : []
          Resource = ["*"]
        },
        {
          # Lambda asks for all of these on all resources: "Giving Lambda functions access to resources in
          # an Amazon VPC" in the AWS Lambda Developer Guide.
          Sid    = "AttachToVpc"
          Effect = "Allow"
          Action = each.value.vpc == null ? [] : [
            "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
          ]
          Resource = ["*"]
        },
      ] : statement if length(statement.Action) > 0
      ],
      [for statement in local.fanout_publisher_statements : statement if each.value.publishes],
      [for statement in local.fanout_worker_statements : statement if contains(keys(local.fanout_functions), each.key)],
      local.policy_statements[each.key],
    )
  })
}
