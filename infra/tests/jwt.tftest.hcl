# The ready authorizer for JSON Web Tokens.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$connect" = { function = "app", authorizer = true } }
}

run "jwt_makes_a_function_that_is_told_what_to_ask_of_a_token" {
  command = plan

  variables {
    authorizer = {
      jwt = {
        jwks_url     = "https://issuer.example.com/keys"
        issuer       = "https://issuer.example.com"
        audiences    = ["chat"]
        package_path = "outputs.tf" # any file: nothing runs it
      }
    }
  }

  assert {
    condition = aws_lambda_function.functions["authorizer"].environment[0].variables == tomap({
      JWT_JWKS_URL           = "https://issuer.example.com/keys"
      JWT_ISSUER             = "https://issuer.example.com"
      JWT_AUDIENCES          = "[\"chat\"]"
      JWT_ALGORITHMS         = "[\"RS256\",\"ES256\",\"EdDSA\"]"
      JWT_LEEWAY_SECONDS     = "60"
      JWT_REQUIRED_SCOPES    = "[]"
      JWT_TOKEN_SOURCES      = "[\"header:Authorization\",\"subprotocol\"]"
      JWT_JWKS_CACHE_SECONDS = "300"
    })
    error_message = "The function must be told address, issuer, audiences and the defaults of the rest, and nothing of table and connections."
  }

  assert {
    condition = (
      aws_lambda_function.functions["authorizer"].handler == "jwt_authorizer.handler.handler" && aws_lambda_function.functions["authorizer"].function_name == "websocket-authorizer" &&
      aws_lambda_function.functions["authorizer"].runtime == "python3.13" && aws_lambda_function.functions["authorizer"].architectures == tolist(["arm64"]) &&
      aws_lambda_function.functions["authorizer"].memory_size == 512 && aws_lambda_function.functions["authorizer"].timeout == 10 &&
      aws_cloudwatch_log_group.functions["authorizer"].retention_in_days == 30
    )
    error_message = "The function must be the ready one."
  }

  assert {
    condition     = aws_lambda_function.functions["authorizer"].filename == "outputs.tf" && aws_lambda_function.functions["app"].filename == local.packages.functions.path && keys(terraform_data.package) == ["functions"]
    error_message = "The authorizer must run from its own zip, and the others from theirs."
  }

  assert {
    condition     = toset(keys(aws_lambda_permission.routes)) == toset(["$connect"]) && toset(keys(aws_apigatewayv2_integration.websocket)) == toset(["app"])
    error_message = "No route may lead to the authorizer."
  }
}

run "jwt_takes_everything" {
  variables {
    package_path = "outputs.tf" # any file: nothing runs it
    authorizer = {
      identity_sources = ["route.request.querystring.token"]
      jwt = {
        keys                  = "{\"keys\": [{\"kty\": \"OKP\"}, {\"kty\": \"EC\"}, {\"kty\": \"RSA\"}]}"
        issuer                = "https://issuer.example.com"
        audiences             = ["chat", "admin"]
        algorithms            = ["EdDSA"]
        leeway_seconds        = 300
        required_scopes       = ["read", "write"]
        token_sources         = ["querystring:token"]
        jwks_cache_seconds    = 1
        architecture          = "x86_64"
        runtime               = "python3.11"
        memory_size           = 128
        log_retention_in_days = 0
        log_kms_key_arn       = "arn:aws:kms:us-east-1:111122223333:key/logs"
        package_path          = "outputs.tf"
      }
    }
  }

  assert {
    condition = aws_lambda_function.functions["authorizer"].environment[0].variables == tomap({
      JWT_KEYS               = "{\"keys\": [{\"kty\": \"OKP\"}, {\"kty\": \"EC\"}, {\"kty\": \"RSA\"}]}"
      JWT_ISSUER             = "https://issuer.example.com"
      JWT_AUDIENCES          = "[\"chat\",\"admin\"]"
      JWT_ALGORITHMS         = "[\"EdDSA\"]"
      JWT_LEEWAY_SECONDS     = "300"
      JWT_REQUIRED_SCOPES    = "[\"read\",\"write\"]"
      JWT_TOKEN_SOURCES      = "[\"querystring:token\"]"
      JWT_JWKS_CACHE_SECONDS = "1"
    })
    error_message = "Each setting must reach the function."
  }

  assert {
    condition = (
      aws_lambda_function.functions["authorizer"].runtime == "python3.11" && aws_lambda_function.functions["authorizer"].architectures == tolist(["x86_64"]) &&
      aws_lambda_function.functions["authorizer"].memory_size == 128 && aws_cloudwatch_log_group.functions["authorizer"].retention_in_days == 0 &&
      aws_cloudwatch_log_group.functions["authorizer"].kms_key_id == "arn:aws:kms:us-east-1:111122223333:key/logs"
    )
    error_message = "Each setting must be that of the function."
  }

  assert {
    condition = (
      aws_apigatewayv2_authorizer.websocket[0].authorizer_uri == aws_lambda_function.functions["authorizer"].invoke_arn &&
      aws_lambda_permission.authorizer[0].function_name == aws_lambda_function.functions["authorizer"].arn && aws_lambda_permission.authorizer[0].qualifier == null &&
      aws_apigatewayv2_route.websocket["$connect"].authorization_type == "CUSTOM" && aws_apigatewayv2_route.websocket["$connect"].authorizer_id == output.authorizer_id
    )
    error_message = "The function must decide on $connect, and the authorizer alone may invoke it."
  }

  assert {
    condition     = output.function_names == { app = "websocket-app", authorizer = "websocket-authorizer" }
    error_message = "The outputs must name the authorizer's function too."
  }
}

run "settings_of_the_jwt_do_not_redeploy" {
  command = plan

  variables {
    package_path = "outputs.tf" # any file: nothing runs it
    authorizer = {
      identity_sources = ["route.request.querystring.token"]
      jwt              = { jwks_url = "http://127.0.0.1:8000/keys", issuer = "other", audiences = ["other"], package_path = "outputs.tf" }
    }
  }

  assert {
    condition     = output.deployment_hash == run.jwt_takes_everything.deployment_hash
    error_message = "They are of the function, which a deployment does not freeze."
  }
}
