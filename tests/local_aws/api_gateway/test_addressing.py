from dataclasses import replace

import pytest

from local_aws.api_gateway.addressing import Deployed, UnknownStageError
from local_aws.publication import Stage
from tests.local_aws.api_gateway.given import (
    api,
    deployment,
    domain,
    function,
    permission,
    route,
)

ECHO = deployment(route("$default"))


def test_only_api_with_the_stage_is_found_under_any_host() -> None:
    deployed = Deployed.of([api(ECHO), api(ECHO, api_id="other", stage="dev")])
    assert deployed.find("127.0.0.1:4567", "/prod").stage.key == ("abc123", "prod")
    assert deployed.find("", "/dev").stage.key == ("other", "dev")


def test_what_follows_the_stage_is_the_path_below_it() -> None:
    deployed = Deployed.of([api(ECHO)])
    assert deployed.find("", "/prod/").path == ()
    assert deployed.find("", "/prod/@connections/a%3D").path == ("@connections", "a%3D")


@pytest.mark.parametrize(
    "host",
    ["other.localhost:4567", "OTHER.localhost", "other.execute-api.us-east-1.amazonaws.com."],
)
def test_host_that_begins_with_an_api_id_names_that_api(host: str) -> None:
    deployed = Deployed.of([api(ECHO), api(ECHO, api_id="other")])
    assert deployed.find(host, "/prod").stage.key == ("other", "prod")


def test_api_that_the_host_names_has_to_have_the_stage() -> None:
    deployed = Deployed.of([api(ECHO), api(ECHO, api_id="other", stage="dev")])
    with pytest.raises(UnknownStageError, match="deployed are abc123/prod, other/dev"):
        deployed.find("abc123.localhost", "/dev")


def test_stage_of_two_apis_is_refused_with_the_way_out() -> None:
    deployed = Deployed.of([api(ECHO), api(ECHO, api_id="other")])
    with pytest.raises(
        UnknownStageError,
        match=r"choose one by its Host header, abc123\.localhost or other\.localhost",
    ):
        deployed.find("127.0.0.1:4567", "/prod")


def test_unknown_stage_is_refused() -> None:
    with pytest.raises(UnknownStageError, match=r"no deployed stage 'prod'.*deployed are none"):
        Deployed().find("127.0.0.1", "/prod")


def test_stage_without_a_deployment_is_not_served() -> None:
    deployed = Deployed.of([api(None)])
    assert deployed.stages == {}
    with pytest.raises(UnknownStageError):
        deployed.find("abc123.localhost", "/prod")


def test_each_stage_of_an_api_is_served() -> None:
    base = api(ECHO)
    dev = Stage(name="dev", deployment=ECHO, variables={}, settings={})
    deployed = Deployed.of([replace(base, stages=(*base.stages, dev))])
    assert set(deployed.stages) == {("abc123", "prod"), ("abc123", "dev")}


def test_expression_that_cannot_be_evaluated_is_a_problem_not_a_failure() -> None:
    deployed = Deployed.of([api(deployment(route("$default"), expression="$nowhere"))])
    assert deployed.find("", "/prod").stage.expression is None
    assert len(deployed.problems) == 1
    assert "API abc123 goes to $default" in deployed.problems[0]
    assert "'$nowhere'" in deployed.problems[0]


def test_policies_are_known_by_function_if_there_are_any_to_check() -> None:
    statement = permission("*")
    versions = [function(statement), replace(function(), version="1")]
    checked = Deployed.of([api(ECHO)], versions).find("", "/prod").stage
    assert checked.permissions == {function().arn: (statement,)}
    assert Deployed.of([api(ECHO)]).find("", "/prod").stage.permissions is None


# Custom domain names

TWO_APIS = (api(ECHO), api(ECHO, api_id="other"))
ONLY_BY_DOMAIN = replace(ECHO, disable_execute_api_endpoint=True)


@pytest.mark.parametrize(
    "host",
    [
        "chat.example.com",
        "Chat.Example.com:443",
        "chat.example.com.localhost:4567",
    ],
)
def test_domain_name_leads_to_the_stage_of_its_mapping(host: str) -> None:
    deployed = Deployed.of(TWO_APIS, domains=[domain({"": "other/prod"})])
    address = deployed.find(host, "/")
    assert address.stage.key == ("other", "prod")
    assert (address.domain_name, address.mapping_key) == ("chat.example.com", "")


def test_path_under_a_domain_name_has_no_stage() -> None:
    deployed = Deployed.of(TWO_APIS, domains=[domain({"": "other/prod"})])
    assert deployed.find("chat.example.com", "/@connections/a").path == ("@connections", "a")
    assert deployed.find("chat.example.com", "/prod/@connections/a").path[0] == "prod"


def test_longest_mapping_key_that_begins_the_path_wins() -> None:
    mappings = {"chat": "abc123/prod", "chat/v2": "other/prod"}
    deployed = Deployed.of(TWO_APIS, domains=[domain(mappings)])
    shorter = deployed.find("chat.example.com", "/chat/@connections/a")
    longer = deployed.find("chat.example.com", "/chat/v2/@connections/a")
    assert (shorter.stage.key, shorter.path) == (("abc123", "prod"), ("@connections", "a"))
    assert (longer.stage.key, longer.path) == (("other", "prod"), ("@connections", "a"))
    assert (shorter.lowers_header_names, longer.lowers_header_names) == (False, True)


def test_path_without_a_mapping_is_refused_with_those_there_are() -> None:
    deployed = Deployed.of(TWO_APIS, domains=[domain({"chat": "other/prod"})])
    with pytest.raises(UnknownStageError, match=r"no mapping for /talk; it has /chat"):
        deployed.find("chat.example.com", "/talk")


def test_mapping_to_a_stage_without_a_deployment_is_refused() -> None:
    deployed = Deployed.of(TWO_APIS, domains=[domain({"": "other/dev"})])
    with pytest.raises(UnknownStageError, match=r"other/dev, which has no deployment"):
        deployed.find("chat.example.com", "/")


def test_wildcard_domain_name_stands_for_one_label() -> None:
    deployed = Deployed.of(TWO_APIS, domains=[domain({"": "other/prod"}, name="*.example.com")])
    address = deployed.find("tenant.example.com", "/")
    assert (address.stage.key, address.domain_name) == (("other", "prod"), "tenant.example.com")
    with pytest.raises(UnknownStageError):
        deployed.find("a.tenant.example.com", "/")


def test_disabled_default_address_leads_nowhere() -> None:
    deployed = Deployed.of([api(ONLY_BY_DOMAIN)], domains=[domain({"": "abc123/prod"})])
    for host in ("127.0.0.1:4567", "abc123.localhost"):
        with pytest.raises(UnknownStageError, match=r"is disabled.*\(chat\.example\.com\)"):
            deployed.find(host, "/prod")
    assert deployed.find("chat.example.com", "/").stage.key == ("abc123", "prod")


def test_loopback_leads_to_a_domain_names_mapping_if_only_one_is_meant() -> None:
    mappings = {"chat": "abc123/prod"}
    domains = [domain(mappings), domain({"else": "abc123/prod"}, name="else.example.com")]
    deployed = Deployed.of([api(ONLY_BY_DOMAIN)], domains=domains)
    address = deployed.find("127.0.0.1:4567", "/chat/@connections/a")
    assert address.domain_name == "chat.example.com"
    assert (address.stage.key, address.path) == (("abc123", "prod"), ("@connections", "a"))
    domains = [domain(mappings), domain(mappings, name="talk.example.com")]
    ambiguous = Deployed.of([api(ONLY_BY_DOMAIN)], domains=domains)
    with pytest.raises(UnknownStageError, match=r"Host header, chat.example.com or talk"):
        ambiguous.find("127.0.0.1:4567", "/chat")
