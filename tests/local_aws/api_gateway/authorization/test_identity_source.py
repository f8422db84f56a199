import pytest

from local_aws.api_gateway.authorization.identity_source import (
    IdentityFields,
    IdentitySourceError,
    missing_identity_source,
)

FIELDS = IdentityFields(
    headers=(("X-Token", "first"), ("x-token", "")),
    query={"q.1": "a"},
    stage_variables={"colour": "green"},
    context={"identity": {"sourceIp": "192.0.2.1"}, "apiId": "abc123"},
)


@pytest.mark.parametrize(
    "source",
    [
        "route.request.querystring.q.1",
        "stageVariables.colour",
        "context.apiId",
        "context.identity.sourceIp",
    ],
)
def test_source_that_is_there_is_not_missing(source: str) -> None:
    assert missing_identity_source((source,), FIELDS) is None


@pytest.mark.parametrize(
    "source",
    [
        "route.request.header.X-Token",
        "route.request.header.Absent",
        "route.request.querystring.Q.1",
        "stageVariables.size",
        "context.identity.user",
        "context.apiId.more",
    ],
)
def test_source_that_is_absent_or_empty_is_missing(source: str) -> None:
    assert missing_identity_source(("stageVariables.colour", source), FIELDS) == source


def test_without_sources_nothing_is_missing() -> None:
    assert missing_identity_source((), FIELDS) is None


@pytest.mark.parametrize(
    "source", ["$request.header.Auth", "method.request.header.Auth", "route.request.header.", "x"]
)
def test_source_of_another_kind_of_api_is_refused(source: str) -> None:
    with pytest.raises(IdentitySourceError, match=r"write route\.request\.header\.NAME"):
        missing_identity_source((source,), FIELDS)
