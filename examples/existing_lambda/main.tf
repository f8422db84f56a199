# A function that was there before the API, in any language; here this root makes it, so that the example is whole.
resource "aws_lambda_function" "greeter" {
  function_name    = "greeter"
  role             = aws_iam_role.greeter.arn
  handler          = "greeter.handler"
  runtime          = "python3.13"
  architectures    = [var.architecture]
  filename         = local.package
  source_code_hash = filebase64sha256("${path.module}/function/greeter.py")

  depends_on = [terraform_data.package]
}

# The API: `greet` goes to that function, by its ARN and nothing else; every other message is echoed.
module "websocket" {
  source = "../../infra"
  name   = "greeting"

  integrations = {
    greeter = { lambda = { arn = aws_lambda_function.greeter.arn }, timeout_milliseconds = 5000 }
  }

  routes = {
    "$connect"    = { function = "connect" }
    "$disconnect" = { function = "disconnect" }
    "$default"    = { function = "default", two_way = true }
    "greet"       = { integration = "greeter", two_way = true }
  }
}

# Builds the function's zip.
resource "terraform_data" "package" {
  triggers_replace = [local.package]

  provisioner "local-exec" {
    command = "python3 '${path.module}/../../scripts/package.py' --source '${path.module}/function' --output '${local.package}'"
    quiet   = true
  }
}

# Lets Lambda run the function, and the function write its logs.
resource "aws_iam_role" "greeter" {
  name = "greeter"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

# AWS's own policy for that.
resource "aws_iam_role_policy_attachment" "greeter" {
  role       = aws_iam_role.greeter.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

locals {
  package = "${path.root}/.terraform/greeter-${filesha256("${path.module}/function/greeter.py")}.zip"
}

variable "architecture" {
  description = "Architecture of the function: arm64 or x86_64."
  type        = string
  default     = "arm64"
}

output "websocket_url" {
  description = "Address to which WebSocket clients connect."
  value       = module.websocket.websocket_url
}
