# What a JWT authorizer may not be.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$connect" = { function = "app", authorizer = true } }
}

run "jwt_rejects_neither_address_nor_keys" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_both_address_and_keys" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], keys = "{\"keys\": [{\"kty\": \"OKP\"}]}" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_address_without_tls" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "http://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_address_with_a_password" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://user:password@issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_address_with_a_fragment" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/#/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_keys_that_are_no_json" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = "-----BEGIN PUBLIC KEY-----" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_no_keys" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = "{\"keys\": []}" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_private_key" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = "{\"keys\": [{\"kty\": \"OKP\", \"d\": \"secret\"}]}" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_shared_secret" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = "{\"keys\": [{\"kty\": \"oct\", \"k\": \"secret\"}]}" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_keys_that_no_environment_holds" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = jsonencode({ keys = [for number in range(20) : { kty = "RSA", n = join("", [for _ in range(340) : "A"]) }] }) } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_blank_issuer" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = " ", audiences = ["chat"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_no_audience" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = [] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_blank_audience" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = [""] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_algorithm_with_shared_secret" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], algorithms = ["HS256"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_no_algorithm" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], algorithms = [] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_leeway_of_301" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], leeway_seconds = 301 } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_leeway_below_0" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], leeway_seconds = -1 } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_cache_of_0" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], jwks_cache_seconds = 0 } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_two_scopes_in_one" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], required_scopes = ["read write"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_no_token_source" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], token_sources = [] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_unknown_token_source" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], token_sources = ["cookie:session"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_other_words_for_an_architecture" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], architecture = "amd64" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_python_3_10" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], runtime = "python3.10" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_memory_size_of_127" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], memory_size = 127 } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_log_retention_that_cloudwatch_does_not_offer" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], log_retention_in_days = 2 } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_missing_zip" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], package_path = "missing.zip" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_function_of_its_own_key" {
  command = plan

  variables {
    functions  = { app = { handler = "handlers.default.handler" }, authorizer = { handler = "handlers.default.handler" } }
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_name_of_54_characters" {
  command = plan

  variables {
    name       = "a23456789-123456789-123456789-123456789-123456789-1234"
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }

  expect_failures = [var.authorizer]
}
