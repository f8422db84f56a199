# What a JWT authorizer may not be, and beside it the nearest that it may. For what is no more than looked for, any file is a zip.

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

run "jwt_rejects_neither_address_nor_keys_but_not_address" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }
}

run "jwt_rejects_both_address_and_keys" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], keys = "{\"keys\": [{\"kty\": \"OKP\"}]}" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_both_address_and_keys_but_not_address" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }
}

run "jwt_rejects_address_without_tls" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "http://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_address_without_tls_but_not_with_it" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }
}

run "jwt_rejects_address_with_a_password" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://user:password@issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_address_with_a_password_but_not_without" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }
}

run "jwt_rejects_address_with_a_fragment" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/#/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_address_with_a_fragment_but_not_path" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }
}

run "jwt_rejects_keys_that_are_no_json" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = "-----BEGIN PUBLIC KEY-----" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_keys_that_are_no_json_but_not_json" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = "{\"keys\": [{\"kty\": \"OKP\"}]}" } }
  }
}

run "jwt_rejects_no_keys" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = "{\"keys\": []}" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_no_keys_but_not_one" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = "{\"keys\": [{\"kty\": \"OKP\"}]}" } }
  }
}

run "jwt_rejects_private_key" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = "{\"keys\": [{\"kty\": \"OKP\", \"d\": \"secret\"}]}" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_private_key_but_not_public_one" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = "{\"keys\": [{\"kty\": \"OKP\"}]}" } }
  }
}

run "jwt_rejects_shared_secret" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = "{\"keys\": [{\"kty\": \"oct\", \"k\": \"secret\"}]}" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_shared_secret_but_not_public_key" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = "{\"keys\": [{\"kty\": \"OKP\"}]}" } }
  }
}

run "jwt_rejects_keys_that_no_environment_holds" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = jsonencode({ keys = [for number in range(20) : { kty = "RSA", n = join("", [for _ in range(340) : "A"]) }] }) } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_keys_that_no_environment_holds_but_not_fewer" {
  command = plan

  variables {
    authorizer = { jwt = { issuer = "https://issuer.example.com", audiences = ["chat"], keys = jsonencode({ keys = [for number in range(8) : { kty = "RSA", n = join("", [for _ in range(340) : "A"]) }] }) } }
  }
}

run "jwt_rejects_blank_issuer" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = " ", audiences = ["chat"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_blank_issuer_but_not_named_one" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }
}

run "jwt_rejects_no_audience" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = [] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_no_audience_but_not_one" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }
}

run "jwt_rejects_blank_audience" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = [""] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_blank_audience_but_not_named_one" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }
}

run "jwt_rejects_algorithm_with_shared_secret" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], algorithms = ["HS256"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_algorithm_with_shared_secret_but_not_with_public_key" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], algorithms = ["RS256"] } }
  }
}

run "jwt_rejects_no_algorithm" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], algorithms = [] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_no_algorithm_but_not_one" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], algorithms = ["EdDSA"] } }
  }
}

run "jwt_rejects_leeway_of_301" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], leeway_seconds = 301 } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_leeway_of_301_but_not_300" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], leeway_seconds = 300 } }
  }
}

run "jwt_rejects_leeway_below_0" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], leeway_seconds = -1 } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_leeway_below_0_but_not_of_0" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], leeway_seconds = 0 } }
  }
}

run "jwt_rejects_cache_of_0" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], jwks_cache_seconds = 0 } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_cache_of_0_but_not_1" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], jwks_cache_seconds = 1 } }
  }
}

run "jwt_rejects_two_scopes_in_one" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], required_scopes = ["read write"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_two_scopes_in_one_but_not_in_two" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], required_scopes = ["read", "write"] } }
  }
}

run "jwt_rejects_no_token_source" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], token_sources = [] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_no_token_source_but_not_one" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], token_sources = ["subprotocol"] } }
  }
}

run "jwt_rejects_unknown_token_source" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], token_sources = ["cookie:session"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_unknown_token_source_but_not_known_one" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], token_sources = ["header:session"] } }
  }
}

run "jwt_rejects_other_words_for_an_architecture" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], architecture = "amd64" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_other_words_for_an_architecture_but_not_lambdas" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], architecture = "x86_64" } }
  }
}

run "jwt_rejects_python_3_10" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], runtime = "python3.10" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_python_3_10_but_not_3_11" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], runtime = "python3.11" } }
  }
}

run "jwt_rejects_memory_size_of_127" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], memory_size = 127 } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_memory_size_of_127_but_not_128" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], memory_size = 128 } }
  }
}

run "jwt_rejects_log_retention_that_cloudwatch_does_not_offer" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], log_retention_in_days = 2 } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_log_retention_that_cloudwatch_does_not_offer_but_not_does" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], log_retention_in_days = 1 } }
  }
}

run "jwt_rejects_missing_zip" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], package_path = "missing.zip" } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_missing_zip_but_not_present_one" {
  command = plan

  variables {
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"], package_path = "sources.tf" } }
  }
}

run "jwt_rejects_function_of_its_own_key" {
  command = plan

  variables {
    functions  = { app = { handler = "handlers.default.handler" }, authorizer = { handler = "handlers.default.handler" } }
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_function_of_its_own_key_but_not_another" {
  command = plan

  variables {
    functions  = { app = { handler = "handlers.default.handler" }, guard = { handler = "handlers.default.handler" } }
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }
}

run "jwt_rejects_name_of_54_characters" {
  command = plan

  variables {
    name       = "a23456789-123456789-123456789-123456789-123456789-1234"
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }

  expect_failures = [var.authorizer]
}

run "jwt_rejects_name_of_54_characters_but_not_53" {
  command = plan

  variables {
    name       = "a23456789-123456789-123456789-123456789-123456789-123"
    authorizer = { jwt = { jwks_url = "https://issuer.example.com/keys", issuer = "https://issuer.example.com", audiences = ["chat"] } }
  }
}
