# An echo API at a path of a domain of our own, and nowhere else: other APIs can have other paths.
module "websocket" {
  source = "../../infra"
  name   = "domain"

  domain = {
    name                    = var.domain_name
    certificate_arn         = var.certificate_arn
    zone_id                 = local.creates_zone ? aws_route53_zone.domain[0].zone_id : var.zone_id
    mapping_key             = "chat"
    disable_default_address = true
  }
}

# The name's own zone, unless there is one already, or a certificate and DNS elsewhere.
resource "aws_route53_zone" "domain" {
  count = local.creates_zone ? 1 : 0

  name    = var.domain_name
  comment = "Leads to the WebSocket API."
}

locals {
  creates_zone = var.zone_id == null && var.certificate_arn == null
}

variable "domain_name" {
  description = "Full name of the domain. The default is reserved for examples and for a local AWS: give one of your own on AWS."
  type        = string
  default     = "ws.example.com"
}

variable "zone_id" {
  description = "Route 53 hosted zone of the domain. Without it and certificate_arn a zone is made for the name, and the zone above has to delegate to its name servers before the certificate can be validated."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "ARN of an issued certificate for the domain, in the API's region. Without it one is requested and validated."
  type        = string
  default     = null
}

output "websocket_url" {
  description = "Address to which WebSocket clients connect."
  value       = module.websocket.websocket_url
}

output "domain_target" {
  description = "Where the domain's DNS record has to lead if DNS is elsewhere."
  value       = module.websocket.domain_target
}

output "name_servers" {
  description = "Name servers of the zone that was made, for an NS record in the zone above; empty without one."
  value       = flatten(aws_route53_zone.domain[*].name_servers)
}
