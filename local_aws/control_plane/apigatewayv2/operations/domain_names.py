"""Domain names that are available at once; UpdateDomainName and UpdateApiMapping."""

import hashlib
from typing import Any, Final

from moto.apigatewayv2.models import DomainName

from local_aws.control_plane.apigatewayv2.operations.request import Answer, Request, answer

# Any zone will do: the records that lead to it are never looked up.
_HOSTED_ZONE_ID: Final = "Z2FDTNDATAQYW2"


class DomainNames(Request):
    """Operations on domain names and their API mappings."""

    def create_domain_name(self) -> Answer:
        """Make a domain name, with the target that its DNS records have to lead to."""
        document = self.document
        domain = self.apigatewayv2_backend.create_domain_name(
            domain_name=document.get("domainName", ""),
            domain_name_configurations=document.get("domainNameConfigurations", [{}]),
            mutual_tls_authentication=document.get("mutualTlsAuthentication", {}),
            tags=document.get("tags", {}),
        )
        self._complete(domain)
        return answer(_describe(domain), status=201)

    def get_domain_name(self) -> Answer:
        """Return a domain name."""
        name = self.path_parameter("domainName")
        return answer(_describe(self.apigatewayv2_backend.get_domain_name(name)))

    def get_domain_names(self) -> Answer:
        """Return all domain names on one page."""
        domains = self.apigatewayv2_backend.get_domain_names()
        return answer({"items": [_describe(domain) for domain in domains]})

    def update_domain_name(self) -> Answer:
        """Change what the document names of a domain name."""
        domain = self.apigatewayv2_backend.get_domain_name(self.path_parameter("domainName"))
        document = self.document
        if "domainNameConfigurations" in document:
            domain.domain_name_configurations = document["domainNameConfigurations"]
        if "mutualTlsAuthentication" in document:
            domain.mutual_tls_authentication = document["mutualTlsAuthentication"]
        self._complete(domain)
        return answer(_describe(domain))

    def update_api_mapping(self) -> Answer:
        """Change what the document names of an API mapping."""
        mapping = self.apigatewayv2_backend.get_api_mapping(
            api_mapping_id=self.path_parameter("apiMappingId"),
            domain_name=self.path_parameter("domainName"),
        )
        document = self.document
        mapping.api_id = document.get("apiId", mapping.api_id)
        mapping.api_mapping_key = document.get("apiMappingKey", mapping.api_mapping_key)
        mapping.stage = document.get("stage", mapping.stage)
        return answer(mapping.to_json())

    def _complete(self, domain: DomainName) -> None:
        """Add to each configuration what API Gateway itself says of it."""
        label = hashlib.sha256(domain.domain_name.encode()).hexdigest()[:10]
        own: dict[str, Any] = {
            "apiGatewayDomainName": f"d-{label}.execute-api.{self.region}.amazonaws.com",
            "domainNameStatus": "AVAILABLE",
            "hostedZoneId": _HOSTED_ZONE_ID,
        }
        defaults = {"endpointType": "REGIONAL", "ipAddressType": "ipv4"}
        domain.domain_name_configurations = [
            {**defaults, **configuration, **own}
            for configuration in domain.domain_name_configurations
        ]


def _describe(domain: DomainName) -> dict[str, Any]:
    """Return a domain name as AWS does: what it does not have is not there."""
    return {name: value for name, value in domain.to_json().items() if value not in ({}, None)}
