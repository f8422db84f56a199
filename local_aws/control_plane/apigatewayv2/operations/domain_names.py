"""Domain names that are available at once, and the API mappings under them."""

import hashlib
from typing import Any, Final

from moto.apigatewayv2.models import DomainName

from local_aws.control_plane.apigatewayv2.exceptions import ConflictError
from local_aws.control_plane.apigatewayv2.operations.request import (
    Answer,
    Request,
    answer,
    empty_answer,
)

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
            tags={},
        )
        self.apigatewayv2_backend.tag_resource(domain.domain_name_arn, document.get("tags") or {})
        self._complete(domain)
        return answer(self._describe(domain), status=201)

    def get_domain_name(self) -> Answer:
        """Return a domain name."""
        name = self.path_parameter("domainName")
        return answer(self._describe(self.apigatewayv2_backend.get_domain_name(name)))

    def get_domain_names(self) -> Answer:
        """Return all domain names on one page."""
        domains = self.apigatewayv2_backend.get_domain_names()
        return answer({"items": [self._describe(domain) for domain in domains]})

    def update_domain_name(self) -> Answer:
        """Change what the document names of a domain name."""
        domain = self.apigatewayv2_backend.get_domain_name(self.path_parameter("domainName"))
        document = self.document
        if "domainNameConfigurations" in document:
            domain.domain_name_configurations = document["domainNameConfigurations"]
        if "mutualTlsAuthentication" in document:
            domain.mutual_tls_authentication = document["mutualTlsAuthentication"]
        self._complete(domain)
        return answer(self._describe(domain))

    def delete_domain_name(self) -> Answer:
        """Delete a domain name with its API mappings."""
        backend = self.apigatewayv2_backend
        domain = backend.get_domain_name(self.path_parameter("domainName"))
        for mapping in backend.get_api_mappings(domain.domain_name):
            backend.delete_api_mapping(mapping.api_mapping_id, domain.domain_name)
        backend.delete_domain_name(domain.domain_name)
        backend.tagger.delete_all_tags_for_resource(domain.domain_name_arn)
        return empty_answer()

    def create_api_mapping(self) -> Any:
        """Lead a path under a domain name to a stage, both of which must be there."""
        document, domain_name = self.document, self.path_parameter("domainName")
        backend = self.apigatewayv2_backend
        backend.get_stage(document.get("apiId", ""), document.get("stage", ""))
        mapping_key = document.get("apiMappingKey") or ""
        mappings = backend.get_api_mappings(domain_name)
        if any(mapping_key == (mapping.api_mapping_key or "") for mapping in mappings):
            raise ConflictError("ApiMapping key already exists for this domain name")
        return super().create_api_mapping()

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

    def _describe(self, domain: DomainName) -> dict[str, Any]:
        """Return a domain name as AWS does: what it does not have is not there."""
        tags = self.apigatewayv2_backend.get_tags(domain.domain_name_arn)
        document = {**domain.to_json(), "tags": tags}
        return {name: value for name, value in document.items() if value not in ({}, None)}
