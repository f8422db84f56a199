# The backend: any program with websocket_api, two variables, and the module's policy. This one is a function.
resource "aws_lambda_function" "orders" {
  function_name    = "orders"
  role             = aws_iam_role.orders.arn
  handler          = "orders.handler"
  runtime          = "python3.13"
  architectures    = [var.architecture]
  memory_size      = 256
  timeout          = 10
  filename         = local.backend_package
  source_code_hash = local.backend_hash

  environment {
    variables = {
      WEBSOCKET_TABLE_NAME          = module.websocket.table_name
      WEBSOCKET_MANAGEMENT_ENDPOINT = module.websocket.management_endpoint
    }
  }

  depends_on = [terraform_data.backend_package]
}

# Builds its zip: what is in backend/, and websocket_api.
resource "terraform_data" "backend_package" {
  triggers_replace = [local.backend_package]

  provisioner "local-exec" {
    command = "python3 '${path.module}/../../scripts/package.py' --source '${path.module}/backend' --output '${local.backend_package}'"
    quiet   = true
  }
}

# Lets Lambda run the function.
resource "aws_iam_role" "orders" {
  name = "orders"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

# Lets it write its logs: AWS's own policy for that.
resource "aws_iam_role_policy_attachment" "orders_logs" {
  role       = aws_iam_role.orders.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

# Lets it publish, to this API alone.
resource "aws_iam_role_policy" "orders_publish" {
  name   = "publish"
  role   = aws_iam_role.orders.id
  policy = module.websocket.publisher_policy_json
}

locals {
  library = "${path.module}/../../lambda_src/websocket_api"

  backend_sources = concat(
    [for file in sort(fileset("${path.module}/backend", "**/*.py")) : "${path.module}/backend/${file}"],
    [for file in sort(fileset(local.library, "**/*.py")) : "${local.library}/${file}"],
  )
  backend_hash    = sha256(join("", [for file in local.backend_sources : filesha256(file)]))
  backend_package = "${path.root}/.terraform/orders-${local.backend_hash}.zip"
}
