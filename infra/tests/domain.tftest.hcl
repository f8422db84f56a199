# A domain name of one's own: what domain may be, and what is made of it.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "zone_alone_brings_certificate_and_records" {
  variables {
    domain = { name = "ws.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
    tags   = { team = "chat" }
  }

  assert {
    condition     = aws_acm_certificate.domain[0].domain_name == "ws.example.com" && aws_acm_certificate.domain[0].validation_method == "DNS"
    error_message = "A certificate for the name must be requested, to be validated by DNS."
  }

  assert {
    condition     = aws_route53_record.certificate[0].zone_id == "Z0123456789ABCDEFGHIJ" && aws_route53_record.certificate[0].name == "_proof.ws.example.com." && aws_route53_record.certificate[0].type == "CNAME" && aws_route53_record.certificate[0].records == toset(["_value.acm-validations.aws."])
    error_message = "The record that Certificate Manager asks for must be in the zone."
  }

  assert {
    condition     = aws_apigatewayv2_domain_name.domain[0].domain_name_configuration[0].certificate_arn == "arn:aws:acm:us-east-1:111122223333:certificate/requested"
    error_message = "The domain must use the certificate that was requested."
  }

  assert {
    condition     = aws_apigatewayv2_domain_name.domain[0].domain_name_configuration[0].endpoint_type == "REGIONAL" && aws_apigatewayv2_domain_name.domain[0].domain_name_configuration[0].security_policy == "TLS_1_2"
    error_message = "The domain must be regional, and take TLS 1.2 and later."
  }

  assert {
    condition     = { for type, record in aws_route53_record.domain : type => [record.zone_id, record.name, record.type, record.alias[0].name, record.alias[0].zone_id] } == { for type in ["A"] : type => ["Z0123456789ABCDEFGHIJ", "ws.example.com", type, "d-a1b2c3.execute-api.us-east-1.amazonaws.com", "Z1UJRXOUMOOFQ8"] }
    error_message = "Both records must lead the name to API Gateway's target."
  }

  assert {
    condition     = aws_apigatewayv2_api_mapping.domain[0].stage == "prod" && aws_apigatewayv2_api_mapping.domain[0].api_mapping_key == null
    error_message = "The name itself must be mapped to the stage."
  }

  assert {
    condition     = aws_acm_certificate.domain[0].tags.team == "chat" && aws_apigatewayv2_domain_name.domain[0].tags.team == "chat"
    error_message = "Certificate and domain must have the tags."
  }

  assert {
    condition     = output.domain_websocket_url == "wss://ws.example.com" && output.domain_management_endpoint == "https://ws.example.com"
    error_message = "On a domain neither address may hold the stage."
  }

  assert {
    condition     = output.domain_target == { name = "d-a1b2c3.execute-api.us-east-1.amazonaws.com", zone_id = "Z1UJRXOUMOOFQ8" }
    error_message = "The output must say where the name has to lead."
  }

  assert {
    condition     = !aws_apigatewayv2_api.websocket[0].disable_execute_api_endpoint
    error_message = "The default address must go on serving unless it is disabled."
  }
}

run "certificate_alone_brings_neither_certificate_nor_records" {
  variables {
    domain = {
      name            = "ws.example.com"
      certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/given"
      mapping_key     = "chat/v1"
    }
  }

  assert {
    condition     = length(aws_acm_certificate.domain) + length(aws_acm_certificate_validation.domain) + length(aws_route53_record.certificate) + length(aws_route53_record.domain) == 0
    error_message = "Neither certificate nor records may be made."
  }

  assert {
    condition     = aws_apigatewayv2_domain_name.domain[0].domain_name_configuration[0].certificate_arn == "arn:aws:acm:us-east-1:111122223333:certificate/given"
    error_message = "The domain must use the given certificate."
  }

  assert {
    condition     = aws_apigatewayv2_api_mapping.domain[0].api_mapping_key == "chat/v1" && output.domain_websocket_url == "wss://ws.example.com/chat/v1" && output.domain_management_endpoint == "https://ws.example.com/chat/v1"
    error_message = "The mapping key must be the path of both addresses."
  }
}

run "certificate_with_zone_brings_only_the_names_records" {
  command = plan

  variables {
    domain = {
      name               = "ws.example.com"
      certificate_arn    = "arn:aws:acm:us-east-1:111122223333:certificate/given"
      create_certificate = false
      create_records     = true
      zone_id            = "Z0123456789ABCDEFGHIJ"
      mapping_key        = join("", concat(["aZ0$-_.+!*'()/"], [for position in range(286) : "a"]))
    }
  }

  assert {
    condition     = length(aws_acm_certificate.domain) == 0 && toset(keys(aws_route53_record.domain)) == toset(["A"])
    error_message = "The name must lead to the API, with the given certificate."
  }

  assert {
    condition     = length(aws_apigatewayv2_api_mapping.domain[0].api_mapping_key) == 300
    error_message = "A mapping key may have 300 characters of every kind that API Gateway takes."
  }
}

run "disabled_default_address_leaves_the_domain_as_the_only_one" {
  variables {
    domain = {
      name                    = "ws.example.com"
      zone_id                 = "Z0123456789ABCDEFGHIJ"
      disable_default_address = true
    }
  }

  assert {
    condition     = aws_apigatewayv2_api.websocket[0].disable_execute_api_endpoint
    error_message = "The default address must be disabled."
  }

  assert {
    condition     = output.deployment_hash != run.zone_alone_brings_certificate_and_records.deployment_hash
    error_message = "The default address goes on answering until the next deployment, so there must be one."
  }

  assert {
    condition     = output.websocket_url == "wss://ws.example.com" && output.management_endpoint == "https://ws.example.com"
    error_message = "The addresses must be ones that answer."
  }

  assert {
    condition     = aws_lambda_function.functions["default"].environment[0].variables["WEBSOCKET_MANAGEMENT_ENDPOINT"] == "https://ws.example.com"
    error_message = "The functions must post where it is answered."
  }
}

run "certificate_of_another_region_is_refused" {
  # Known while planning, because the runs above have made the API.
  command = plan

  variables {
    domain = {
      name            = "ws.example.com"
      certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/given"
    }
  }

  expect_failures = [aws_apigatewayv2_domain_name.domain]
}

run "zone_of_the_same_root_can_be_planned" {
  command = plan

  variables {
    own_certificate = false
  }

  module {
    source = "./tests/domain_of_the_same_root"
  }
}

run "certificate_and_zone_of_the_same_root_can_be_planned" {
  command = plan

  variables {
    own_certificate = true
  }

  module {
    source = "./tests/domain_of_the_same_root"
  }
}
