from http import HTTPStatus

import pytest

from local_aws.api_gateway.integrations.integration import Answer, Failure, IntegrationError
from local_aws.api_gateway.integrations.integrations import Integrations
from local_aws.publication import Integration
from tests.local_aws.api_gateway.given import FUNCTION_ARN, Functions
from tests.local_aws.api_gateway.integrations.given import backend, call, response


async def answer_of(used: Integration) -> Answer:
    integrations = Integrations.of(Functions(), None)
    on_its_way = call(used, "{}")
    try:
        return await integrations.call(
            on_its_way.stage, on_its_way.route, on_its_way.event, on_its_way.record
        )
    finally:
        await integrations.close()


async def test_type_of_an_integration_says_how_it_is_called() -> None:
    proxy = backend("AWS_PROXY", function_arn=FUNCTION_ARN)
    assert (await answer_of(proxy)).body == b"{}"
    mock = backend(
        "MOCK",
        requestTemplates={"$default": '{"statusCode": 201}'},
        integrationResponses=[response(template="mock")],
    )
    assert await answer_of(mock) == Answer(201, (), b"mock", 201)


async def test_aws_with_a_function_is_a_function_called_by_templates() -> None:
    # Functions answers a proxy response, which is mapped like any other result here.
    mapped = backend(
        "AWS",
        function_arn=FUNCTION_ARN,
        requestTemplates={"$default": '{"requestContext": {"routeKey": "send"}, "body": "hi"}'},
        integrationResponses=[response(template="$input.path('$.body')")],
    )
    assert (await answer_of(mapped)).body == b"hi"


async def test_unknown_type_is_refused() -> None:
    with pytest.raises(IntegrationError, match="it calls AWS to a function, AWS_PROXY, HTTP, "):
        await answer_of(backend("SQL"))


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_has_a_text_and_a_status_that_refuses(failure: Failure) -> None:
    assert failure.message.value
    assert failure.status >= HTTPStatus.BAD_REQUEST


def test_header_of_an_answer_is_found_whatever_its_case() -> None:
    answer = Answer(200, (("X-A", "1"), ("x-a", "2"), ("b", "3")))
    assert answer.header_values("X-a") == ("1", "2")
