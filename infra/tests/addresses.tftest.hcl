# Addresses come from what the API answers, on AWS and on a local AWS alike.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "local_endpoint_keeps_its_scheme_plain" {
  override_resource {
    target = aws_apigatewayv2_api.websocket
    values = {
      api_endpoint  = "ws://127.0.0.1:4567"
      execution_arn = "arn:aws:execute-api:us-east-1:111122223333:a1b2c3d4e5"
    }
  }

  assert {
    condition     = output.websocket_url == "ws://127.0.0.1:4567/prod" && output.management_endpoint == "http://127.0.0.1:4567/prod"
    error_message = "An API that is served by ws must be managed by http."
  }
}

run "stage_is_the_last_part_of_both_addresses" {
  variables {
    stage = { name = "dev-2" }
  }

  assert {
    condition     = endswith(output.websocket_url, "/dev-2") && endswith(output.management_endpoint, "/dev-2") && output.stage_name == "dev-2"
    error_message = "Both addresses must end with the stage's name."
  }

  assert {
    condition     = alltrue([for resource in jsondecode(output.publisher_policy_json).Statement[0].Resource : strcontains(resource, "/dev-2/")])
    error_message = "A publisher must be held to the stage."
  }

  assert {
    condition     = endswith(aws_lambda_permission.routes["$connect"].source_arn, "/dev-2/$connect")
    error_message = "A function must be callable from this stage only."
  }
}
