# What domain may not be, and beside it the nearest that it may.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  functions = { app = { handler = "handlers.default.handler" } }
  routes    = { "$connect" = { function = "app" } }
}

run "domain_rejects_neither_certificate_nor_zone" {
  command = plan

  variables {
    domain = { name = "ws.example.com" }
  }

  expect_failures = [var.domain]
}

run "domain_rejects_neither_certificate_nor_zone_but_not_zone" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }
}

run "domain_rejects_address_as_name" {
  command = plan

  variables {
    domain = { name = "wss://ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  expect_failures = [var.domain]
}

run "domain_rejects_address_as_name_but_not_bare_name" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }
}

run "domain_rejects_capitals" {
  command = plan

  variables {
    domain = { name = "WS.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  expect_failures = [var.domain]
}

run "domain_rejects_capitals_but_not_small_letters" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }
}

run "domain_rejects_one_word" {
  command = plan

  variables {
    domain = { name = "localhost", zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  expect_failures = [var.domain]
}

run "domain_rejects_one_word_but_not_two" {
  command = plan

  variables {
    domain = { name = "local.host", zone_id = "Z0123456789ABCDEFGHIJ" }
  }
}

run "domain_rejects_wildcard" {
  command = plan

  variables {
    domain = { name = "*.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  expect_failures = [var.domain]
}

run "domain_rejects_wildcard_but_not_one_name" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }
}

run "domain_rejects_zone_by_name" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "example.com" }
  }

  expect_failures = [var.domain]
}

run "domain_rejects_zone_by_name_but_not_by_identifier" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }
}

run "domain_rejects_certificate_of_iam" {
  command = plan

  variables {
    domain = { name = "ws.example.com", certificate_arn = "arn:aws:iam::111122223333:server-certificate/given" }
  }

  expect_failures = [var.domain]
}

run "domain_rejects_certificate_of_iam_but_not_of_acm" {
  command = plan

  variables {
    domain = { name = "ws.example.com", certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/given" }
  }
}

run "domain_rejects_certificate_both_given_and_created" {
  command = plan

  variables {
    domain = { name = "ws.example.com", certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/given", create_certificate = true }
  }

  expect_failures = [var.domain]
}

run "domain_rejects_certificate_both_given_and_created_but_not_given_alone" {
  command = plan

  variables {
    domain = { name = "ws.example.com", certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/given", create_certificate = false }
  }
}

run "domain_rejects_certificate_neither_given_nor_created" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ", create_certificate = false }
  }

  expect_failures = [var.domain]
}

run "domain_rejects_certificate_neither_given_nor_created_but_not_created" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ", create_certificate = true }
  }
}

run "domain_rejects_records_without_zone" {
  command = plan

  variables {
    domain = { name = "ws.example.com", certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/given", create_records = true }
  }

  expect_failures = [var.domain]
}

run "domain_rejects_records_without_zone_but_not_with_one" {
  command = plan

  variables {
    domain = { name = "ws.example.com", certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/given", create_records = true, zone_id = "Z0123456789ABCDEFGHIJ" }
  }
}

run "mapping_key_rejects_slash_at_the_end" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ", mapping_key = "chat/" }
  }

  expect_failures = [var.domain]
}

run "mapping_key_rejects_slash_at_the_end_but_not_inside" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ", mapping_key = "chat/room" }
  }
}

run "mapping_key_rejects_space" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ", mapping_key = "a chat" }
  }

  expect_failures = [var.domain]
}

run "mapping_key_rejects_space_but_not_dash" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ", mapping_key = "a-chat" }
  }
}

run "mapping_key_rejects_301_characters" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ", mapping_key = join("", [for position in range(301) : "a"]) }
  }

  expect_failures = [var.domain]
}

run "mapping_key_rejects_301_characters_but_not_300" {
  command = plan

  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ", mapping_key = join("", [for position in range(300) : "a"]) }
  }
}
