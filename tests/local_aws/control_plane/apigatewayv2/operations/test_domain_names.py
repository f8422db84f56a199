from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from local_aws.publication import StageReference
from tests.local_aws.control_plane.conftest import ControlPlane

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/{}"
NAME = "ws.example.com"


@pytest.fixture
def domain_name(apis: "ApiGatewayV2Client") -> Iterator[str]:
    apis.create_domain_name(
        DomainName=NAME,
        DomainNameConfigurations=[
            {"CertificateArn": CERTIFICATE.format("one"), "SecurityPolicy": "TLS_1_2"}
        ],
    )
    yield NAME
    apis.delete_domain_name(DomainName=NAME)


def test_domain_name_is_available_with_a_target_for_its_records(
    apis: "ApiGatewayV2Client", domain_name: str
) -> None:
    (configuration,) = apis.get_domain_name(DomainName=domain_name)["DomainNameConfigurations"]
    assert configuration["DomainNameStatus"] == "AVAILABLE"
    assert configuration["EndpointType"] == "REGIONAL"
    assert configuration["SecurityPolicy"] == "TLS_1_2"
    assert configuration["CertificateArn"] == CERTIFICATE.format("one")
    assert configuration["ApiGatewayDomainName"].startswith("d-")
    assert configuration["HostedZoneId"]


def test_domain_name_without_mutual_tls_has_none(
    apis: "ApiGatewayV2Client", domain_name: str
) -> None:
    assert "MutualTlsAuthentication" not in apis.get_domain_name(DomainName=domain_name)
    (listed,) = apis.get_domain_names()["Items"]
    assert listed["DomainName"] == domain_name
    assert "MutualTlsAuthentication" not in listed


def test_certificate_of_a_domain_name_changes_and_its_target_stays(
    apis: "ApiGatewayV2Client", domain_name: str
) -> None:
    (before,) = apis.get_domain_name(DomainName=domain_name)["DomainNameConfigurations"]
    apis.update_domain_name(
        DomainName=domain_name,
        DomainNameConfigurations=[{"CertificateArn": CERTIFICATE.format("two")}],
    )
    (after,) = apis.get_domain_name(DomainName=domain_name)["DomainNameConfigurations"]
    assert after["CertificateArn"] == CERTIFICATE.format("two")
    assert after["ApiGatewayDomainName"] == before["ApiGatewayDomainName"]


def test_api_mapping_moves_to_another_stage(
    apis: "ApiGatewayV2Client", api_id: str, domain_name: str
) -> None:
    for stage_name in ("old", "new"):
        apis.create_stage(ApiId=api_id, StageName=stage_name)
    mapping_id = apis.create_api_mapping(
        ApiId=api_id, DomainName=domain_name, Stage="old", ApiMappingKey="chat"
    )["ApiMappingId"]
    apis.update_api_mapping(
        ApiId=api_id, ApiMappingId=mapping_id, DomainName=domain_name, Stage="new"
    )
    mapping = apis.get_api_mapping(ApiMappingId=mapping_id, DomainName=domain_name)
    assert (mapping["Stage"], mapping["ApiMappingKey"]) == ("new", "chat")
    apis.delete_api_mapping(ApiMappingId=mapping_id, DomainName=domain_name)


def test_unknown_domain_name_is_not_found(apis: "ApiGatewayV2Client") -> None:
    with pytest.raises(apis.exceptions.NotFoundException):
        apis.update_domain_name(DomainName="nothing.example.com")


def test_mapping_is_for_a_stage_that_is_there_under_a_key_of_its_own(
    apis: "ApiGatewayV2Client", api_id: str, domain_name: str
) -> None:
    mapping = {"ApiId": api_id, "DomainName": domain_name, "Stage": "prod"}
    with pytest.raises(apis.exceptions.NotFoundException):
        apis.create_api_mapping(**mapping)
    apis.create_stage(ApiId=api_id, StageName="prod")
    apis.create_api_mapping(**mapping)
    with pytest.raises(apis.exceptions.ConflictException, match="key already exists"):
        apis.create_api_mapping(**mapping)


def test_tags_of_a_domain_name_change_and_go_with_it(
    apis: "ApiGatewayV2Client", domain_name: str
) -> None:
    arn = f"arn:aws:apigateway:us-east-1::/domainnames/{domain_name}"
    apis.tag_resource(ResourceArn=arn, Tags={"team": "chat", "stage": "test"})
    apis.untag_resource(ResourceArn=arn, TagKeys=["stage"])
    assert apis.get_domain_name(DomainName=domain_name)["Tags"] == {"team": "chat"}
    assert apis.get_tags(ResourceArn=arn)["Tags"] == {"team": "chat"}
    apis.delete_domain_name(DomainName=domain_name)
    created = apis.create_domain_name(
        DomainName=domain_name,
        DomainNameConfigurations=[{"CertificateArn": CERTIFICATE.format("one")}],
    )
    assert created.get("Tags", {}) == {}


def test_deleted_domain_name_takes_its_mappings_along(
    apis: "ApiGatewayV2Client", control_plane: ControlPlane, api_id: str
) -> None:
    apis.create_stage(ApiId=api_id, StageName="prod")
    name = "gone.example.com"
    apis.create_domain_name(
        DomainName=name,
        DomainNameConfigurations=[{"CertificateArn": CERTIFICATE.format("one")}],
    )
    for key in ("", "chat"):
        apis.create_api_mapping(ApiId=api_id, DomainName=name, Stage="prod", ApiMappingKey=key)
    (domain,) = (each for each in control_plane.state().domains if each.name == name)
    assert domain.mappings == dict.fromkeys(("", "chat"), StageReference(api_id, "prod"))
    apis.delete_domain_name(DomainName=name)
    assert name not in {each.name for each in control_plane.state().domains}
