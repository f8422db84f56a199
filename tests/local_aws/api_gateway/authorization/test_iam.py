"""IAM on `$connect`: signed handshakes over real sockets."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from local_aws.api_gateway.authorization.principal import Principal
from local_aws.api_gateway.authorization.principal_directory import PrincipalDirectoryError
from tests.local_aws.api_gateway.authorization.given import (
    ACCESS_KEY_ID,
    allowing,
    holding,
    presigned_url,
    principal,
    signed_headers,
)
from tests.local_aws.api_gateway.given import (
    ACCOUNT_ID,
    ECHO_ROUTES,
    REGION,
    Running,
    api,
    deployment,
    route,
    serving,
)

CONNECT_ARN = f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:abc123/prod/$connect"
INVOKE = "execute-api:Invoke"
SIGNED = api(deployment(route("$connect", authorization_type="AWS_IAM"), *ECHO_ROUTES[1:]))


def address(running: Running) -> str:
    return f"http://{running.host}/prod"


def presigned(running: Running, query: str = "", **signing: Any) -> str:
    url = presigned_url(f"{address(running)}{query}", at=None, **signing)
    return "ws" + url.removeprefix("http")


async def refusal(running: Running, url: str | None = None, **options: Any) -> tuple[int, str]:
    """Return status and message of a refused handshake, after which no function has run."""
    with pytest.raises(InvalidStatus) as refused:
        await running.connect_to(url or running.url, **options)
    assert running.functions.events == []
    response = refused.value.response
    return response.status_code, response.body.decode().split('"')[3]


async def test_handshake_signed_in_its_headers_gets_in() -> None:
    async with serving(SIGNED, find_principal=holding(allowing(INVOKE, CONNECT_ARN))) as running:
        headers = signed_headers(address(running), at=None)
        async with running.connect(additional_headers=headers) as client:
            await client.send("hello")
            assert await client.recv() == "hello"


async def test_handshake_signed_in_its_query_string_gets_in() -> None:
    async with serving(SIGNED, find_principal=holding(allowing(INVOKE))) as running:
        async with running.connect_to(presigned(running, "?room=1")) as client:
            await client.send("hello")
            assert await client.recv() == "hello"
        assert running.functions.events[0]["queryStringParameters"]["room"] == "1"


async def test_every_event_says_who_signed() -> None:
    holder = allowing(INVOKE, session_token="token")
    async with serving(SIGNED, find_principal=holding(holder)) as running:
        async with running.connect_to(presigned(running, token="token")) as client:
            await client.send("hello")
            await client.recv()
        await running.functions.wait_for("$disconnect")
    assert len(running.functions.events) == 3
    for event in running.functions.events:
        identity = event["requestContext"]["identity"]
        assert identity.pop("userAgent").startswith("Python/")
        assert identity == {
            "sourceIp": "127.0.0.1",
            "accessKey": ACCESS_KEY_ID,
            "accountId": ACCOUNT_ID,
            "caller": "AIDAEXAMPLE",
            "user": "AIDAEXAMPLE",
            "userArn": f"arn:aws:iam::{ACCOUNT_ID}:user/ada",
        }
        assert "authorizer" not in event["requestContext"]


async def test_root_needs_no_policy() -> None:
    async with (
        serving(SIGNED, find_principal=holding(principal(is_root=True))) as running,
        running.connect_to(presigned(running)),
    ):
        pass


@pytest.mark.parametrize(
    "holder",
    [
        principal(),
        allowing("execute-api:ManageConnections"),
        allowing(INVOKE, CONNECT_ARN.replace("prod", "dev")),
        allowing(INVOKE, CONNECT_ARN.replace("$connect", "$default")),
        allowing(INVOKE, effect="Deny"),
        allowing(INVOKE, account_id="210987654321"),
        principal(is_root=True, account_id="210987654321"),
    ],
    ids=[
        "no policy",
        "another action",
        "another stage",
        "another route",
        "denial",
        "another account",
        "root of another account",
    ],
)
async def test_holder_whose_policies_do_not_allow_it_is_forbidden(holder: Principal) -> None:
    async with serving(SIGNED, find_principal=holding(holder)) as running:
        assert await refusal(running, presigned(running)) == (403, "Forbidden")
        detail = running.logged("CONNECT")[0].detail
        shown = CONNECT_ARN.replace(ACCOUNT_ID, "********9012")
        assert f"is not authorized to perform: {INVOKE} on resource: {shown}" in detail


@pytest.mark.parametrize(
    ("signing", "detail"),
    [
        ({"secret": "another"}, "does not match the signature"),
        ({"access_key_id": "AKIAOTHER"}, "security token included in the request is invalid"),
        ({"token": "made up"}, "security token included in the request is invalid"),
        ({"region": "eu-west-1"}, "scoped to a valid region"),
        ({"service": "iotdevicegateway"}, "scoped to correct service"),
    ],
)
async def test_wrong_signature_is_forbidden(signing: dict[str, Any], detail: str) -> None:
    async with serving(SIGNED, find_principal=holding(allowing(INVOKE))) as running:
        assert await refusal(running, presigned(running, **signing)) == (403, "Forbidden")
        logged = running.logged("CONNECT")[0].detail
        assert detail in logged
        assert "Canonical" not in logged


async def test_handshake_without_a_signature_is_forbidden() -> None:
    async with serving(SIGNED, find_principal=holding(allowing(INVOKE))) as running:
        assert await refusal(running) == (403, "Forbidden")
        assert "Missing Authentication Token" in running.logged("CONNECT")[0].detail


@pytest.mark.parametrize("token", [None, "another"])
async def test_temporary_key_without_its_token_is_forbidden(token: str | None) -> None:
    holder = allowing(INVOKE, session_token="token")
    async with serving(SIGNED, find_principal=holding(holder)) as running:
        assert await refusal(running, presigned(running, token=token)) == (403, "Forbidden")


async def test_expired_address_is_forbidden() -> None:
    async with serving(SIGNED, find_principal=holding(allowing(INVOKE))) as running:
        url = presigned_url(address(running), at=datetime.now(UTC) - timedelta(seconds=70))
        answer = await refusal(running, "ws" + url.removeprefix("http"))
        assert answer == (403, "Forbidden")
        assert "Signature expired" in running.logged("CONNECT")[0].detail


async def test_expired_credentials_are_forbidden() -> None:
    holder = allowing(INVOKE, session_token="token", expires_at=1.0)
    async with serving(SIGNED, find_principal=holding(holder)) as running:
        assert await refusal(running, presigned(running, token="token")) == (403, "Forbidden")
        assert "is expired" in running.logged("CONNECT")[0].detail


async def test_nobody_gets_in_while_holders_cannot_be_found() -> None:
    async def fail(access_key_id: str) -> Principal | None:
        raise PrincipalDirectoryError(f"nothing is known of {access_key_id}")

    async with serving(SIGNED, find_principal=fail) as running:
        answer = await refusal(running, presigned(running))
        assert answer == (500, "Internal server error")
        assert running.logged("CONNECT")[0].detail == f"nothing is known of {ACCESS_KEY_ID}"


async def test_nobody_holds_a_key_where_no_directory_is_given() -> None:
    async with serving(SIGNED) as running:
        assert await refusal(running, presigned(running)) == (403, "Forbidden")


async def test_handshake_may_need_a_key_besides() -> None:
    both = route("$connect", authorization_type="AWS_IAM", api_key_required=True)
    served = api(deployment(both, *ECHO_ROUTES[1:]))
    async with serving(served, find_principal=holding(allowing(INVOKE))) as running:
        assert await refusal(running, presigned(running)) == (403, "Forbidden")
        assert "no API key" in running.logged("CONNECT")[0].detail
