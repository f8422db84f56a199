from dataclasses import replace

import pytest

from local_aws.api_gateway.addressing import Deployed, UnknownStageError
from local_aws.publication import Stage
from tests.local_aws.api_gateway.given import api, deployment, function, permission, route

ECHO = deployment(route("$default"))


def test_only_api_with_the_stage_is_found_under_any_host() -> None:
    deployed = Deployed.of([api(ECHO), api(ECHO, api_id="other", stage="dev")], None)
    assert deployed.find("127.0.0.1:4567", "prod").key == ("abc123", "prod")
    assert deployed.find("", "dev").key == ("other", "dev")


def test_host_that_begins_with_an_api_id_names_that_api() -> None:
    deployed = Deployed.of([api(ECHO), api(ECHO, api_id="other")], None)
    assert deployed.find("other.localhost:4567", "prod").key == ("other", "prod")
    host = "abc123.execute-api.us-east-1.amazonaws.com"
    assert deployed.find(host, "prod").key == ("abc123", "prod")


def test_api_that_the_host_names_has_to_have_the_stage() -> None:
    deployed = Deployed.of([api(ECHO), api(ECHO, api_id="other", stage="dev")], None)
    with pytest.raises(UnknownStageError, match="deployed are abc123/prod, other/dev"):
        deployed.find("abc123.localhost", "dev")


def test_stage_of_two_apis_is_refused_with_the_way_out() -> None:
    deployed = Deployed.of([api(ECHO), api(ECHO, api_id="other")], None)
    with pytest.raises(
        UnknownStageError,
        match=r"choose one by its Host header, abc123\.localhost or other\.localhost",
    ):
        deployed.find("127.0.0.1:4567", "prod")


def test_unknown_stage_is_refused() -> None:
    with pytest.raises(UnknownStageError, match=r"no deployed stage 'prod'.*deployed are none"):
        Deployed().find("127.0.0.1", "prod")


def test_stage_without_a_deployment_is_not_served() -> None:
    deployed = Deployed.of([api(None)], None)
    assert deployed.stages == {}
    with pytest.raises(UnknownStageError):
        deployed.find("abc123.localhost", "prod")


def test_each_stage_of_an_api_is_served() -> None:
    base = api(ECHO)
    dev = Stage(name="dev", deployment=ECHO, variables={}, settings={})
    deployed = Deployed.of([replace(base, stages=(*base.stages, dev))], None)
    assert set(deployed.stages) == {("abc123", "prod"), ("abc123", "dev")}


def test_expression_that_cannot_be_evaluated_is_a_problem_not_a_failure() -> None:
    deployed = Deployed.of([api(deployment(route("$default"), expression="$nowhere"))], None)
    assert deployed.find("", "prod").expression is None
    assert len(deployed.problems) == 1
    assert "API abc123 goes to $default" in deployed.problems[0]
    assert "'$nowhere'" in deployed.problems[0]


def test_model_that_is_not_evaluated_is_a_problem() -> None:
    validated = route("say", model_selection_expression="$request.body.action")
    deployed = Deployed.of([api(deployment(validated))], None)
    assert len(deployed.problems) == 1
    assert deployed.problems[0].startswith("Messages of route 'say' of API abc123")


def test_policies_are_known_by_function_if_there_are_any_to_check() -> None:
    statement = permission("*")
    versions = [function(statement), replace(function(), version="1")]
    checked = Deployed.of([api(ECHO)], versions).find("", "prod")
    assert checked.permissions == {function().arn: (statement,)}
    assert Deployed.of([api(ECHO)], None).find("", "prod").permissions is None
