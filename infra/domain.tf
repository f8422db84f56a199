# API Gateway leaves the stage out of a domain's addresses, those of @connections included.
locals {
  default_address_disabled = var.domain == null ? false : var.domain.disable_default_address

  domain_path                = var.domain == null ? null : join("/", compact([var.domain.name, var.domain.mapping_key]))
  domain_websocket_url       = var.domain == null ? null : "wss://${local.domain_path}"
  domain_management_endpoint = var.domain == null ? null : "https://${local.domain_path}"

  # A plan must know how many resources there will be, even where it knows neither certificate nor zone: a
  # certificate of this module's own takes the zone for granted, and the two switches overrule the rest.
  creates_certificate = var.domain == null ? false : coalesce(var.domain.create_certificate, var.domain.certificate_arn == null)
  creates_records     = var.domain == null ? false : coalesce(var.domain.create_records, local.creates_certificate ? true : var.domain.zone_id != null)

  domains = var.create && var.domain != null ? [var.domain] : []
}

# The certificate for the name, unless one was given.
resource "aws_acm_certificate" "domain" {
  count = local.creates_certificate ? length(local.domains) : 0

  domain_name       = local.domains[count.index].name
  validation_method = "DNS"
  tags              = var.tags

  lifecycle {
    # The domain must have moved to the new certificate before the old one can go.
    create_before_destroy = true
  }
}

# Shows Certificate Manager that the name is yours, now and at each renewal.
resource "aws_route53_record" "certificate" {
  count = local.creates_certificate ? length(local.domains) : 0

  zone_id = local.domains[count.index].zone_id
  name    = one(aws_acm_certificate.domain[count.index].domain_validation_options).resource_record_name
  type    = one(aws_acm_certificate.domain[count.index].domain_validation_options).resource_record_type
  records = [one(aws_acm_certificate.domain[count.index].domain_validation_options).resource_record_value]
  ttl     = 300

  # Every certificate of one account for one name asks for the same record.
  allow_overwrite = true
}

# Waits until the certificate is issued: API Gateway takes no other.
resource "aws_acm_certificate_validation" "domain" {
  count = local.creates_certificate ? length(local.domains) : 0

  certificate_arn         = aws_acm_certificate.domain[count.index].arn
  validation_record_fqdns = [aws_route53_record.certificate[count.index].fqdn]
}

# The domain name as API Gateway serves it.
resource "aws_apigatewayv2_domain_name" "domain" {
  count = length(local.domains)

  domain_name = local.domains[count.index].name
  tags        = var.tags

  domain_name_configuration {
    certificate_arn = local.creates_certificate ? aws_acm_certificate_validation.domain[count.index].certificate_arn : local.domains[count.index].certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }

  lifecycle {
    precondition {
      condition     = local.creates_certificate ? true : split(":", local.domains[count.index].certificate_arn)[3] == local.region
      error_message = "domain.certificate_arn must be of a certificate in ${local.region}, the region of the API; it is of one in ${try(split(":", local.domains[count.index].certificate_arn)[3], "no region")}."
    }
  }
}

# Leads the domain, or a path under it, to the stage.
resource "aws_apigatewayv2_api_mapping" "domain" {
  count = length(local.domains)

  api_id          = local.api_id
  stage           = aws_apigatewayv2_stage.websocket[0].name
  domain_name     = aws_apigatewayv2_domain_name.domain[count.index].domain_name
  api_mapping_key = local.domains[count.index].mapping_key
}

# Leads the name to API Gateway. Over IPv4 alone: IPv6 needs an argument of the domain name that the provider has
# from 5.96 on only.
resource "aws_route53_record" "domain" {
  for_each = { for domain in local.creates_records ? local.domains : [] : "A" => domain }

  zone_id = each.value.zone_id
  name    = each.value.name
  type    = each.key

  alias {
    name                   = aws_apigatewayv2_domain_name.domain[0].domain_name_configuration[0].target_domain_name
    zone_id                = aws_apigatewayv2_domain_name.domain[0].domain_name_configuration[0].hosted_zone_id
    evaluate_target_health = false
  }
}
