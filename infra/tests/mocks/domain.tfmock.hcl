mock_resource "aws_acm_certificate" {
  defaults = {
    arn = "arn:aws:acm:us-east-1:111122223333:certificate/requested"
    domain_validation_options = [{
      domain_name           = "ws.example.com"
      resource_record_name  = "_proof.ws.example.com."
      resource_record_type  = "CNAME"
      resource_record_value = "_value.acm-validations.aws."
    }]
  }
}

mock_resource "aws_apigatewayv2_domain_name" {
  defaults = {
    domain_name_configuration = {
      target_domain_name = "d-a1b2c3.execute-api.us-east-1.amazonaws.com"
      hosted_zone_id     = "Z1UJRXOUMOOFQ8"
    }
  }
}
