import pytest

from local_aws.api_gateway.problems import find_problems
from local_aws.publication import Integration
from tests.local_aws.api_gateway.given import deployment, route
from tests.local_aws.api_gateway.integrations.given import backend, response


def problems(integration: Integration) -> list[str]:
    return find_problems("abc123", deployment(route("$default"), integrations=[integration]))


def test_what_works_is_no_problem() -> None:
    fine = backend(
        "HTTP",
        requestTemplates={"$default": "$input.body"},
        templateSelectionExpression=r"\$default",
        integrationResponses=[
            response(r"/4\d\d/", "bad", templateSelectionExpression="$request.body.x"),
            response("$default"),
        ],
    )
    assert problems(fine) == []
    assert problems(backend("MOCK")) == []


@pytest.mark.parametrize(
    ("integration", "problem"),
    [
        (
            backend("HTTP", "https://here", connectionType="VPC_LINK"),
            " has a VPC link: there is no VPC here, so it is called at https://here itself.",
        ),
        (
            backend("AWS", requestTemplates={"join": "#if("}),
            " has a request template 'join' that cannot be read: ",
        ),
        (
            backend("AWS", templateSelectionExpression="$context.stage"),
            " cannot select its request template: The selection expression '$context.stage' uses",
        ),
        (
            backend("AWS", integrationResponses=[response("/(/")]),
            " has a response with the key /(/, which is no regular expression.",
        ),
        (
            backend("AWS", integrationResponses=[response(template="#end")]),
            " has a response template '$default' that cannot be read: ",
        ),
    ],
)
def test_what_cannot_work_is_named(integration: Integration, problem: str) -> None:
    (found,) = problems(integration)
    assert found.startswith(f"The integration chat of API abc123{problem}")


def test_integration_that_no_route_uses_is_no_problem() -> None:
    unused = backend("HTTP", connectionType="VPC_LINK")
    bare = deployment(route("$default", target_integration_id=None), integrations=[unused])
    assert find_problems("abc123", bare) == []
