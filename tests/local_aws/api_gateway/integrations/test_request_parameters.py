import pytest

from local_aws.api_gateway.integrations.integration import IntegrationError
from local_aws.api_gateway.integrations.request_parameters import (
    RequestParameters,
    map_parameters,
)
from tests.local_aws.api_gateway.integrations.given import backend, call


def mapped(source: str, *, target: str = "integration.request.header.X") -> RequestParameters:
    event = call(
        backend("HTTP", requestParameters={target: source}),
        '{"user": {"name": "ann", "tags": ["a", "b"]}, "count": 3, "none": null}',
        variables={"color": "blue"},
        headers={"X-Token": "last", "X-Many": "2"},
        multiValueHeaders={"X-Token": ["last"], "X-Many": ["1", "2"]},
        queryStringParameters={"token": "t"},
        multiValueQueryStringParameters={"token": ["s", "t"]},
    )
    return map_parameters(event)


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("'a static text'", ["a static text"]),
        ("''", [""]),
        ("context.connectionId", ["R1kmxc2VNjMCFIA="]),
        ("context.identity.sourceIp", ["203.0.113.9"]),
        ("context.authorizer.level", ["3"]),
        ("context.connectionId.deeper", []),
        ("context.unknown", []),
        ("stageVariables.color", ["blue"]),
        ("stageVariables.unknown", []),
        ("route.request.header.x-token", ["last"]),
        ("route.request.header.unknown", []),
        ("route.request.multivalueheader.X-Many", ["1", "2"]),
        ("route.request.multivalueheader.unknown", []),
        ("route.request.querystring.token", ["t"]),
        ("route.request.querystring.Token", []),
        ("route.request.multivaluequerystring.token", ["s", "t"]),
        ("route.request.body.user.name", ["ann"]),
        ("route.request.body.user.tags", ["[a, b]"]),
        ("route.request.body.user.tags[1]", ["b"]),
        ("route.request.body.count", ["3"]),
        ("route.request.body.none", []),
        ("route.request.body.unknown", []),
    ],
)
def test_parameter_has_the_value_that_its_source_names(source: str, values: list[str]) -> None:
    assert [value for _, value in mapped(source).headers] == values


def test_whole_body_is_a_source_and_text_that_is_not_json_has_no_parts() -> None:
    parameters = {
        "integration.request.header.Whole": "route.request.body",
        "integration.request.header.Part": "route.request.body.name",
    }
    event = call(backend("HTTP", requestParameters=parameters), "hello")
    assert map_parameters(event).headers == (("Whole", "hello"),)


def test_half_of_a_surrogate_pair_is_a_question_mark() -> None:
    parameters = {"integration.request.querystring.a": "route.request.body.a"}
    event = call(backend("HTTP", requestParameters=parameters), r'{"a": "\ud800"}')
    assert map_parameters(event).query == (("a", "?"),)


def test_parameter_goes_to_the_header_the_query_or_the_path() -> None:
    targets = ("header.A", "querystring.b", "path.c")
    parameters = {f"integration.request.{target}": "'1'" for target in targets}
    found = map_parameters(call(backend("HTTP", requestParameters=parameters), "{}"))
    assert found == RequestParameters((("A", "1"),), (("b", "1"),), (("c", "1"),))


def test_integration_without_parameters_maps_none() -> None:
    assert map_parameters(call(backend("HTTP"), "{}")) == RequestParameters()


def test_header_is_found_whatever_its_case_and_the_last_one_counts() -> None:
    parameters = RequestParameters((("X-Many", "1"), ("x-many", "2")))
    assert parameters.header("X-MANY") == "2"
    assert parameters.header("x") is None


@pytest.mark.parametrize(
    ("target", "source", "complaint"),
    [
        ("append.header.X", "'1'", "'append.header.X' is none; write integration.request.header"),
        ("integration.request.header.X", "$context.stage", "source '.context.stage' is none"),
        ("integration.request.header.X", "method.request.header.X", "write route.request.header"),
        ("integration.request.header.X", "route.request.body.[", "is no JSONPath"),
    ],
)
def test_parameter_that_api_gateway_does_not_know_is_refused(
    target: str, source: str, complaint: str
) -> None:
    with pytest.raises(IntegrationError, match=complaint):
        mapped(source, target=target)
