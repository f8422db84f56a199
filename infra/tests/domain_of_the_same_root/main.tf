# A root that makes zone and certificate itself: a plan knows that they will be, and not what.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "own_certificate" {
  type = bool
}

resource "terraform_data" "zone" {
  input = "Z0123456789ABCDEFGHIJ"
}

resource "terraform_data" "certificate" {
  input = "arn:aws:acm:us-east-1:111122223333:certificate/given"
}

module "websocket" {
  source = "../.."

  domain = {
    name               = "ws.example.com"
    zone_id            = terraform_data.zone.output
    certificate_arn    = var.own_certificate ? terraform_data.certificate.output : null
    create_certificate = var.own_certificate ? false : null
    create_records     = var.own_certificate ? true : null
  }
}
