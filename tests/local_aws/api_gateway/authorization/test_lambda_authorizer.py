"""Lambda authorizers over real sockets: who gets in, and what handlers are told of them."""

import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from local_aws.http1 import Response
from local_aws.publication import Authorizer
from tests.local_aws.api_gateway.given import (
    ACCOUNT_ID,
    AUTHORIZER_ARN,
    ECHO_ROUTES,
    FUNCTION_ARN,
    REGION,
    Behaviour,
    Functions,
    Result,
    Running,
    answering,
    api,
    authorizer,
    crash,
    decision,
    deployment,
    function,
    hang,
    permission,
    policy,
    route,
    serving,
)
from tests.local_aws.api_gateway.roles.given import ROLE_ARN, Lambda, serving_aws

BASE = f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:abc123"
GUARDED_CONNECT = route("$connect", authorization_type="CUSTOM", authorizer_id="guard")
GUARDED_ROUTES = (GUARDED_CONNECT, *ECHO_ROUTES[1:])


def guarded(guard: Authorizer | None = None, **changes: Any) -> Any:
    guards = [guard or authorizer()]
    return api(deployment(*GUARDED_ROUTES, authorizers=guards), **changes)


def deciding(behaviour: Behaviour) -> Functions:
    return Functions({"authorizer": behaviour})


def raising(message: str) -> Behaviour:
    async def behave(event: dict[str, Any]) -> Result:
        del event
        return Result(json.dumps({"errorMessage": message}).encode(), "Unhandled")

    return behave


async def refusal(running: Running, query: str = "", **options: Any) -> tuple[int, str]:
    """Return the status and message with which a handshake is refused, and that nothing ran."""
    with pytest.raises(InvalidStatus) as refused:
        await running.connect(query, **options)
    response = refused.value.response
    assert running.functions.received("$connect") == []
    body = json.loads(response.body)
    assert body.keys() == {"message", "connectionId", "requestId"}
    return response.status_code, body["message"]


async def test_client_that_the_policy_allows_gets_in() -> None:
    functions = deciding(answering(decision()))
    async with serving(guarded(), functions=functions) as running, running.connect() as client:
        await client.send("hello")
        assert await client.recv() == "hello"
    assert functions.arns[:2] == [AUTHORIZER_ARN, FUNCTION_ARN]


async def test_authorizer_is_asked_once_a_connection() -> None:
    functions = deciding(answering(decision()))
    async with serving(guarded(), functions=functions) as running, running.connect() as client:
        for _ in range(3):
            await client.send("hello")
            await client.recv()
        await client.close()
        await functions.wait_for("$disconnect")
    assert len(functions.received("authorizer")) == 1


async def test_every_event_carries_what_the_authorizer_said() -> None:
    said = {"role": "editor", "level": 3, "ratio": 0.5, "beta": True}
    functions = deciding(answering(decision(context=said)))
    async with serving(guarded(), functions=functions) as running, running.connect() as client:
        await client.send("hello")
        await client.recv()
        await client.close()
        await functions.wait_for("$disconnect")
    told = [
        functions.received(key)[0]["requestContext"]["authorizer"]
        for key in ("$connect", "$default", "$disconnect")
    ]
    latency = told[0].pop("integrationLatency")
    assert type(latency) is int
    assert told[0] == {
        "role": "editor",
        "level": "3",
        "ratio": "0.5",
        "beta": "true",
        "principalId": "user-17",
    }
    assert told[1] == told[2] == told[0] | {"integrationLatency": latency}
    assert "authorizer" not in functions.received("authorizer")[0]["requestContext"]


async def test_authorizer_is_told_of_the_handshake() -> None:
    functions = deciding(answering(decision()))
    served = guarded(variables={"colour": "green"})
    async with (
        serving(served, functions=functions) as running,
        running.connect("?token=a&token=b", additional_headers={"X-Mine": "1"}),
    ):
        (event,) = functions.received("authorizer")
    assert event["type"] == "REQUEST"
    assert event["methodArn"] == f"{BASE}/prod/$connect"
    assert event["headers"]["X-Mine"] == "1"
    assert event["headers"]["Connection"] == "Upgrade"
    assert event["headers"]["Upgrade"] == "websocket"
    assert event["headers"]["content-length"] == "0"
    assert event["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert event["multiValueHeaders"]["X-Mine"] == ["1"]
    assert event["queryStringParameters"] == {"token": "b"}
    assert event["multiValueQueryStringParameters"] == {"token": ["a", "b"]}
    assert event["stageVariables"] == {"colour": "green"}
    connected = functions.received("$connect")[0]["requestContext"]
    del connected["authorizer"]
    assert event["requestContext"] == connected


async def test_api_without_a_connect_route_asks_nobody() -> None:
    async with serving(api(deployment(ECHO_ROUTES[2]))) as running, running.connect() as client:
        await client.send("hello")
        assert await client.recv() == "hello"


async def test_client_without_a_user_agent_meets_no_condition_on_it() -> None:
    document = policy(Condition={"StringLike": {"aws:UserAgent": "*"}})
    functions = deciding(answering(decision(policyDocument=document)))
    async with serving(guarded(), functions=functions) as running:
        assert await refusal(running, user_agent_header=None) == (403, "Forbidden")


async def test_authorizer_is_told_of_no_query_by_empty_maps() -> None:
    functions = deciding(answering(decision()))
    async with serving(guarded(), functions=functions) as running, running.connect():
        (event,) = functions.received("authorizer")
    assert event["queryStringParameters"] == event["multiValueQueryStringParameters"] == {}
    assert event["stageVariables"] == {}


@pytest.mark.parametrize(
    "document",
    [
        policy("Deny"),
        policy(resource=f"{BASE}/prod/*/*"),
        policy(resource=f"{BASE}/dev/$connect"),
        policy(resource=f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:other/*"),
        policy(Action="execute-api:ManageConnections"),
        policy(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
        policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
    ],
    ids=["deny", "one part too many", "stage", "api", "action", "address", "unknown condition"],
)
async def test_client_that_the_policy_does_not_allow_is_forbidden(document: Any) -> None:
    functions = deciding(answering(decision(policyDocument=document)))
    async with serving(guarded(), functions=functions) as running:
        assert await refusal(running) == (403, "Forbidden")
        assert f"on {BASE}/prod/$connect" in running.logged("CONNECT")[0].detail


@pytest.mark.parametrize(
    "document",
    [
        policy(resource=f"{BASE}/prod/$connect"),
        policy(resource=f"{BASE}/prod/*"),
        policy(resource=f"arn:aws:execute-api:*:{ACCOUNT_ID}:*"),
        policy(Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}),
        policy(Condition={"StringLike": {"aws:UserAgent": "Python/*"}}),
    ],
    ids=["route", "stage", "account", "address", "user agent"],
)
async def test_policy_may_be_as_wide_as_it_likes(document: Any) -> None:
    functions = deciding(answering(decision(policyDocument=document)))
    async with serving(guarded(), functions=functions) as running, running.connect():
        assert len(functions.received("$connect")) == 1


@pytest.mark.parametrize(
    ("sources", "query", "headers"),
    [
        (("route.request.header.Authorization",), "?token=t", {}),
        (("route.request.header.Authorization",), "", {"Authorization": ""}),
        (("route.request.querystring.token",), "", {"token": "t"}),
        (("route.request.querystring.token",), "?token=", {}),
        (("route.request.header.A", "route.request.querystring.b"), "", {"A": "1"}),
        (("stageVariables.absent",), "", {}),
        (("context.identity.absent",), "", {}),
    ],
)
async def test_client_without_an_identity_source_is_unauthorized_unasked(
    sources: tuple[str, ...], query: str, headers: dict[str, str]
) -> None:
    functions = deciding(answering(decision()))
    served = guarded(authorizer(identity_sources=sources))
    async with serving(served, functions=functions) as running:
        refused = await refusal(running, query, additional_headers=headers)
        assert refused == (401, "Unauthorized")
        assert f"has no {sources[-1]}" in running.logged("CONNECT")[0].detail
    assert functions.events == []


async def test_client_with_all_identity_sources_is_let_to_the_authorizer() -> None:
    sources = (
        "route.request.header.authorization",
        "route.request.querystring.token",
        "stageVariables.colour",
        "context.identity.sourceIp",
    )
    functions = deciding(answering(decision()))
    served = guarded(authorizer(identity_sources=sources), variables={"colour": "green"})
    async with (
        serving(served, functions=functions) as running,
        running.connect("?token=t", additional_headers={"Authorization": "a"}),
    ):
        assert len(functions.received("authorizer")) == 1


async def test_authorizer_that_raises_unauthorized_answers_401() -> None:
    async with serving(guarded(), functions=deciding(raising("Unauthorized"))) as running:
        assert await refusal(running) == (401, "Unauthorized")


@pytest.mark.parametrize(
    ("behaviour", "detail"),
    [
        (crash, "raised an error"),
        (raising("unauthorized"), "raised an error"),
        (raising("Unauthorized: expired"), "raised an error"),
        (answering(None), "no JSON object"),
        (answering({}), "policyDocument"),
        (answering({"isAuthorized": True}), "policyDocument"),
        (answering(decision(principalId="")), "principalId"),
        (answering(decision(context={"nested": {}})), "context.nested"),
        (answering(decision(context={"text": "x" * 8_192})), "it may have 8192"),
    ],
    ids=[
        *("crash", "other case", "other text", "nothing", "empty"),
        *("answer of HTTP APIs", "nobody", "nested context", "too long"),
    ],
)
async def test_authorizer_that_fails_lets_nobody_in(behaviour: Behaviour, detail: str) -> None:
    async with serving(guarded(), functions=deciding(behaviour)) as running:
        assert await refusal(running) == (500, "Internal server error")
        assert detail in running.logged("CONNECT")[0].detail


async def test_error_that_is_no_json_lets_nobody_in() -> None:
    async def behave(event: dict[str, Any]) -> Result:
        del event
        return Result(b"Unauthorized", "Unhandled")

    async with serving(guarded(), functions=deciding(behave)) as running:
        assert await refusal(running) == (500, "Internal server error")


async def test_authorizer_that_cannot_be_invoked_lets_nobody_in() -> None:
    async def behave(event: dict[str, Any]) -> Result:
        raise LookupError(f"no such function as {event['type']}")

    async with serving(guarded(), functions=deciding(behave)) as running:
        assert await refusal(running) == (500, "Internal server error")
        assert "LookupError: no such function" in running.logged("CONNECT")[0].detail


async def test_authorizer_that_takes_too_long_lets_nobody_in() -> None:
    functions = deciding(hang)
    async with serving(guarded(), functions=functions, authorizer_timeout_seconds=0.01) as running:
        assert await refusal(running) == (500, "Internal server error")
        assert "did not answer within 0.01 s" in running.logged("CONNECT")[0].detail


@pytest.mark.parametrize(
    ("served", "detail"),
    [
        (api(deployment(*GUARDED_ROUTES)), "'guard', which is not in the deployment"),
        (guarded(authorizer(authorizer_id="other")), "'guard', which is not in the deployment"),
        (guarded(authorizer(function_arn=None)), "names no function"),
        (
            guarded(authorizer(identity_sources=("$request.header.Auth",))),
            "'$request.header.Auth' is none",
        ),
        (
            api(deployment(route("$connect", authorization_type="JWT"))),
            "the authorization type JWT, which",
        ),
    ],
    ids=["no authorizer", "another authorizer", "no function", "source of HTTP APIs", "type"],
)
async def test_authorizer_that_is_not_what_it_should_be_lets_nobody_in(
    served: Any, detail: str
) -> None:
    functions = deciding(answering(decision()))
    async with serving(served, functions=functions) as running:
        assert await refusal(running) == (500, "Internal server error")
        assert detail in running.logged("CONNECT")[0].detail
    assert functions.events == []


async def test_stage_variables_choose_the_authorizers_function() -> None:
    guard = authorizer(function_arn=f"{AUTHORIZER_ARN}:${{stageVariables.alias}}")
    functions = deciding(answering(decision()))
    async with (
        serving(guarded(guard, variables={"alias": "live"}), functions=functions) as running,
        running.connect(),
    ):
        assert functions.arns[0] == f"{AUTHORIZER_ARN}:live"


@pytest.mark.parametrize(
    ("source_arn", "credentials_arn", "gets_in"),
    [
        (f"{BASE}/authorizers/guard", None, True),
        (f"{BASE}/*", None, True),
        (f"{BASE}/authorizers/other", None, False),
        (f"{BASE}/prod/$connect", None, False),
        (f"{BASE}/authorizers/other", "arn:aws:iam::123456789012:role/asks", True),
    ],
)
async def test_authorizers_function_has_to_permit_the_authorizer(
    source_arn: str, credentials_arn: str | None, *, gets_in: bool
) -> None:
    guard = authorizer(function_arn=FUNCTION_ARN, credentials_arn=credentials_arn)
    policies = [function(permission(source_arn), permission(f"{BASE}/prod/$connect"))]
    functions = deciding(answering(decision()))
    async with serving(guarded(guard), functions=functions, policies=policies) as running:
        if gets_in:
            async with running.connect():
                assert len(functions.received("authorizer")) == 1
        else:
            assert await refusal(running) == (500, "Internal server error")
            detail = running.logged("CONNECT")[0].detail
            assert f"source ARN {BASE}/authorizers/guard" in detail
            assert functions.events == []


async def test_authorizer_with_credentials_is_asked_in_the_name_of_its_role() -> None:
    aws = Lambda(Response(200, (), json.dumps(decision()).encode()))
    guard = authorizer(credentials_arn=ROLE_ARN)
    async with (
        serving_aws(aws) as url,
        serving(guarded(guard), aws_endpoint_url=url) as running,
        running.connect(),
    ):
        pass
    asked = [each for each in aws.requests if each.target.endswith("/invocations")]
    assert [each.header("x-amz-security-token") for each in asked] == ["token"]
    assert json.loads(asked[0].body)["methodArn"] == f"{BASE}/prod/$connect"


async def test_authorizer_whose_role_may_not_invoke_it_lets_nobody_in() -> None:
    denied = Response(403, (), b'{"__type": "AccessDeniedException", "message": "not authorized"}')
    guard = authorizer(credentials_arn=ROLE_ARN)
    async with (
        serving_aws(Lambda(denied)) as url,
        serving(guarded(guard), aws_endpoint_url=url) as running,
    ):
        assert await refusal(running) == (500, "Internal server error")
        assert any(
            f"authorizer chat-connect: {AUTHORIZER_ARN} could not be invoked in the name of"
            f" {ROLE_ARN}: AccessDeniedException: not authorized" in str(line)
            for line in running.lines
        )


async def test_authorizer_whose_role_does_not_trust_api_gateway_lets_nobody_in(
    moto_endpoint: str,
) -> None:
    guard = authorizer(credentials_arn="arn:aws:iam::123456789012:role/none")
    async with serving(guarded(guard), aws_endpoint_url=moto_endpoint) as running:
        assert await refusal(running) == (500, "Internal server error")
        assert any("role/none cannot be assumed" in str(line) for line in running.lines)
