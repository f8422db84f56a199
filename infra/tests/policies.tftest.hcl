# What each role may do, to the letter: nothing is added unseen. defaults.tftest.hcl has those of the default functions.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  package_path = "outputs.tf" # any file: nothing runs it
  table        = { existing = { name = "rows", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/rows", kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/rows" } }

  functions = {
    app = {
      handler            = "app.handler"
      table_actions      = ["BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"]
      manage_connections = ["DELETE", "GET", "POST"]
      tracing            = true
      vpc                = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
      policy_statements = [
        { actions = ["sqs:SendMessage"], resources = ["arn:aws:sqs:us-east-1:111122223333:jobs"] },
        { sid = "NotHere", effect = "Deny", actions = ["sns:*"], resources = ["*"], conditions = { StringEquals = { "aws:RequestedRegion" = ["us-east-1"] } } },
      ]
    }
    idle = { handler = "idle.handler" }
  }
  integrations = {
    store = { aws_service = { action = "dynamodb:action/PutItem", table_actions = ["PutItem"] } }
    queue = { aws_service = { action = "sqs:path/111122223333/jobs", actions = ["sqs:SendMessage"], resources = ["arn:aws:sqs:us-east-1:111122223333:jobs"] } }
    both  = { aws_service = { action = "states:action/StartExecution", table_actions = ["GetItem"], actions = ["states:StartExecution"], resources = ["arn:aws:states:us-east-1:111122223333:stateMachine:one"] } }
  }
  routes = {
    "$connect" = { integration = "store", authorizer = true }
    "$default" = { function = "app" }
  }
  authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], package_path = "outputs.tf" } }
}

run "a_role_may_do_what_is_named_and_no_more" {
  assert {
    condition = jsondecode(aws_iam_role_policy.functions["app"].policy).Statement == [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:aws:logs:us-east-1:111122223333:log-group:mock:*"]
      },
      {
        Sid      = "UseConnectionTable"
        Effect   = "Allow"
        Action   = [for action in ["BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"] : "dynamodb:${action}"]
        Resource = ["arn:aws:dynamodb:us-east-1:111122223333:table/rows"]
      },
      {
        Sid       = "UseTableKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = ["arn:aws:kms:us-east-1:111122223333:key/rows"]
        Condition = { StringLike = { "kms:ViaService" = "dynamodb.*" } }
      },
      {
        Sid      = "ManageConnections"
        Effect   = "Allow"
        Action   = ["execute-api:ManageConnections"]
        Resource = [for verb in ["DELETE", "GET", "POST"] : "arn:aws:execute-api:us-east-1:111122223333:a1b2c3d4e5/prod/${verb}/@connections/*"]
      },
      {
        Sid      = "SendTraces"
        Effect   = "Allow"
        Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = ["*"]
      },
      {
        Sid    = "AttachToVpc"
        Effect = "Allow"
        Action = [
          "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
        ]
        Resource = ["*"]
      },
      {
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = ["arn:aws:sqs:us-east-1:111122223333:jobs"]
      },
      {
        Sid       = "NotHere"
        Effect    = "Deny"
        Action    = ["sns:*"]
        Resource  = ["*"]
        Condition = { StringEquals = { "aws:RequestedRegion" = ["us-east-1"] } }
      },
    ]
    error_message = "A function may do what its settings need and policy_statements say."
  }

  assert {
    condition = { for key in ["authorizer", "idle"] : key => jsondecode(aws_iam_role_policy.functions[key].policy).Statement } == {
      for key in ["authorizer", "idle"] : key => [{
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:aws:logs:us-east-1:111122223333:log-group:mock:*"]
      }]
    }
    error_message = "A function that names nothing, and a JWT authorizer, may write their logs."
  }

  assert {
    condition = { for key, policy in aws_iam_role_policy.integrations : key => jsondecode(policy.policy).Statement } == {
      store = [
        { Sid = "UseConnectionTable", Effect = "Allow", Action = ["dynamodb:PutItem"], Resource = ["arn:aws:dynamodb:us-east-1:111122223333:table/rows"] },
        { Sid = "UseTableKey", Effect = "Allow", Action = ["kms:Decrypt"], Resource = ["arn:aws:kms:us-east-1:111122223333:key/rows"], Condition = { StringLike = { "kms:ViaService" = "dynamodb.*" } } },
      ]
      queue = [
        { Sid = "CallService", Effect = "Allow", Action = ["sqs:SendMessage"], Resource = ["arn:aws:sqs:us-east-1:111122223333:jobs"] },
      ]
      both = [
        { Sid = "UseConnectionTable", Effect = "Allow", Action = ["dynamodb:GetItem"], Resource = ["arn:aws:dynamodb:us-east-1:111122223333:table/rows"] },
        { Sid = "UseTableKey", Effect = "Allow", Action = ["kms:Decrypt"], Resource = ["arn:aws:kms:us-east-1:111122223333:key/rows"], Condition = { StringLike = { "kms:ViaService" = "dynamodb.*" } } },
        { Sid = "CallService", Effect = "Allow", Action = ["states:StartExecution"], Resource = ["arn:aws:states:us-east-1:111122223333:stateMachine:one"] },
      ]
    }
    error_message = "An integration may do what it names."
  }

  # X-Ray and network interfaces of a VPC know nothing narrower than all resources: Service Authorization Reference.
  assert {
    condition = toset(flatten([
      for policy in concat(values(aws_iam_role_policy.functions), values(aws_iam_role_policy.integrations)) : [
        for statement in jsondecode(policy.policy).Statement : statement.Sid
        if statement.Effect == "Allow" && contains(statement.Resource, "*")
      ]
    ])) == toset(["SendTraces", "AttachToVpc"])
    error_message = "Only traces and network interfaces may be allowed on all resources."
  }

  assert {
    condition = [
      for role in concat(values(aws_iam_role.functions), values(aws_iam_role.integrations)) : one(jsondecode(role.assume_role_policy).Statement).Principal.Service
    ] == ["lambda.amazonaws.com", "lambda.amazonaws.com", "lambda.amazonaws.com", "apigateway.amazonaws.com", "apigateway.amazonaws.com", "apigateway.amazonaws.com"]
    error_message = "Only Lambda may take on a function's role, and only API Gateway an integration's."
  }

  assert {
    condition     = length(distinct([for role in concat(values(aws_iam_role.functions), values(aws_iam_role.integrations)) : role.name_prefix])) == 6
    error_message = "Each must have a role of its own."
  }
}

run "publisher_may_use_connections_and_the_table_with_its_key" {
  assert {
    condition = jsondecode(output.publisher_policy_json).Statement == [
      {
        Sid      = "ManageConnections"
        Effect   = "Allow"
        Action   = ["execute-api:ManageConnections"]
        Resource = [for verb in ["DELETE", "GET", "POST"] : "arn:aws:execute-api:us-east-1:111122223333:a1b2c3d4e5/prod/${verb}/@connections/*"]
      },
      {
        Sid      = "UseConnectionTable"
        Effect   = "Allow"
        Action   = [for action in ["DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"] : "dynamodb:${action}"]
        Resource = ["arn:aws:dynamodb:us-east-1:111122223333:table/rows"]
      },
      {
        Sid       = "UseTableKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = ["arn:aws:kms:us-east-1:111122223333:key/rows"]
        Condition = { StringLike = { "kms:ViaService" = "dynamodb.*" } }
      },
    ]
    error_message = "A publisher may do what websocket_api's Publisher does, and no more."
  }
}
