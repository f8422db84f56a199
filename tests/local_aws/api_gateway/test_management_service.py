"""Who may call `@connections`: the AWS SDK over real sockets, and requests that no SDK makes."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws.api_gateway.authorization.principal import Principal
from local_aws.api_gateway.authorization.principal_directory import PrincipalDirectoryError
from local_aws.faults import Faults
from tests.local_aws.api_gateway.authorization.given import (
    ACCESS_KEY_ID,
    SECRET,
    allowing,
    holding,
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
    domain,
    exchange,
    serving,
)

MANAGE = "execute-api:ManageConnections"
BASE = f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:abc123/prod"
GONE = "Qyi07eCbtjMCJKw="


async def with_sdk(
    running: Running,
    call: Callable[[Any], Any],
    **options: Any,
) -> Any:
    """Make calls by the AWS SDK, which tries none of them again."""
    settings: dict[str, Any] = {
        "endpoint_url": running.endpoint,
        "region_name": REGION,
        "aws_access_key_id": ACCESS_KEY_ID,
        "aws_secret_access_key": SECRET,
        "config": Config(retries={"total_max_attempts": 1}),
    }

    def run() -> Any:
        client = boto3.client("apigatewaymanagementapi", **(settings | options))
        try:
            return call(client)
        finally:
            client.close()

    return await asyncio.to_thread(run)


async def refusal(running: Running, method: str = "POST", **signing: Any) -> tuple[int, str, str]:
    """Return status, code and message of a call's refusal, as the AWS SDK has them."""
    connection_id = running.connection().context.connection_id

    def call(client: Any) -> None:
        match method:
            case "POST":
                client.post_to_connection(ConnectionId=connection_id, Data=b"x")
            case "GET":
                client.get_connection(ConnectionId=connection_id)
            case _:
                client.delete_connection(ConnectionId=connection_id)

    with pytest.raises(ClientError) as refused:
        await with_sdk(running, call, **signing)
    response = refused.value.response
    assert response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return status, response["Error"]["Code"], response["Error"]["Message"]


def verifying(holder: Principal, **options: Any) -> Any:
    return serving(find_principal=holding(holder), verify_signatures=True, **options)


async def test_caller_whose_policies_allow_it_may_call() -> None:
    holder = allowing(MANAGE, f"{BASE}/*/@connections/*")
    async with verifying(holder) as running, running.connect() as client:
        connection_id = running.connection().context.connection_id

        def call(management: Any) -> None:
            management.post_to_connection(ConnectionId=connection_id, Data="é".encode())
            found = management.get_connection(ConnectionId=connection_id)
            assert found["Identity"]["SourceIp"] == "127.0.0.1"
            management.delete_connection(ConnectionId=connection_id)
            with pytest.raises(management.exceptions.GoneException):
                management.post_to_connection(ConnectionId=connection_id, Data=b"x")

        await with_sdk(running, call)
        assert await client.recv() == "é"


async def test_role_signs_with_its_session_token() -> None:
    holder = allowing(MANAGE, session_token="token")
    async with verifying(holder) as running, running.connect():

        def call(management: Any) -> None:
            with pytest.raises(management.exceptions.GoneException):
                management.get_connection(ConnectionId=GONE)

        await with_sdk(running, call, aws_session_token="token")
        answer = await refusal(running)
        assert answer[:2] == (403, "UnrecognizedClientException")


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
async def test_right_to_one_method_is_none_to_another(method: str) -> None:
    others = {"POST", "GET", "DELETE"} - {method}
    for other in others:
        holder = allowing(MANAGE, f"{BASE}/{other}/@connections/*")
        async with verifying(holder) as running, running.connect():
            status, code, message = await refusal(running, method)
            assert (status, code) == (403, "AccessDeniedException")
            assert message == (
                f"User: arn:aws:iam::{ACCOUNT_ID}:user/ada is not authorized to perform: {MANAGE}"
                f" on resource: arn:aws:execute-api:us-east-1:********9012:abc123/prod/{method}"
                "/@connections/{connectionId}"
            )
            assert message == running.logged(method)[0].detail


@pytest.mark.parametrize(
    "holder",
    [
        principal(),
        allowing("execute-api:Invoke"),
        allowing(MANAGE, BASE.replace("prod", "dev") + "/*"),
        allowing(MANAGE, BASE.replace("abc123", "other") + "/*"),
        allowing(MANAGE, effect="Deny"),
    ],
    ids=["no policy", "another action", "another stage", "another API", "denial"],
)
async def test_caller_whose_policies_do_not_allow_it_is_refused(holder: Principal) -> None:
    async with verifying(holder) as running, running.connect() as client:
        assert (await refusal(running))[:2] == (403, "AccessDeniedException")
        await client.send("nothing came before")
        assert await client.recv() == "nothing came before"


@pytest.mark.parametrize(
    ("signing", "code", "message"),
    [
        (
            {"aws_secret_access_key": "another"},
            "InvalidSignatureException",
            "does not match the signature you",
        ),
        (
            {"aws_access_key_id": "AKIAOTHER"},
            "UnrecognizedClientException",
            "token included in the",
        ),
        (
            {"aws_session_token": "made up"},
            "UnrecognizedClientException",
            "security token included in the",
        ),
        ({"region_name": "eu-west-1"}, "InvalidSignatureException", "not 'eu-west-1'"),
    ],
)
async def test_wrong_signature_is_refused(signing: dict[str, Any], code: str, message: str) -> None:
    async with verifying(allowing(MANAGE)) as running, running.connect():
        status, told_code, told = await refusal(running, **signing)
        assert (status, told_code) == (403, code)
        assert message in told
        assert "\n" not in running.logged("POST")[0].detail


async def test_expired_credentials_are_refused() -> None:
    holder = allowing(MANAGE, session_token="token", expires_at=1.0)
    async with verifying(holder) as running, running.connect():
        answer = await refusal(running, aws_session_token="token")
        assert answer[:2] == (403, "ExpiredTokenException")


async def raw(running: Running, target: str, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return await exchange(
        running, f"GET {target} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode()
    )


async def test_call_without_a_signature_is_refused_as_on_aws() -> None:
    async with verifying(allowing(MANAGE)) as running:
        answer = await raw(running, f"/prod/@connections/{GONE}", {"Host": running.host})
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 403 Forbidden\r\n")
        assert b"\r\nx-amzn-ErrorType: MissingAuthenticationTokenException\r\n" in head
        for name in (b"x-amzn-RequestId", b"x-amz-apigw-id", b"x-amzn-trace-id"):
            assert b"\r\n" + name + b": " in head
        assert body == b'{"message":"Missing Authentication Token"}'


async def test_signature_of_either_escaping_of_the_path_holds() -> None:
    async with verifying(allowing(MANAGE)) as running:
        for collection in ("@connections", "%40connections"):
            target = f"/prod/{collection}/Qyi07eCbtjMCJKw%3D"
            headers = signed_headers(f"http://{running.host}{target}", at=None)
            answer = await raw(running, target, {"Host": running.host, **headers})
            assert answer.startswith(b"HTTP/1.1 410 ")


async def test_old_signature_is_refused() -> None:
    async with verifying(allowing(MANAGE)) as running:
        target = f"/prod/@connections/{GONE}"
        at = datetime.now(UTC) - timedelta(minutes=6)
        headers = signed_headers(f"http://{running.host}{target}", at=at)
        answer = await raw(running, target, {"Host": running.host, **headers})
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert b"Signature expired" in answer


async def test_caller_without_the_right_learns_of_no_connection() -> None:
    async with verifying(principal()) as running:
        for connection_id in (GONE, "malformed!"):

            def call(management: Any, connection_id: str = connection_id) -> None:
                management.get_connection(ConnectionId=connection_id)

            with pytest.raises(ClientError, match="AccessDeniedException"):
                await with_sdk(running, call)


async def test_nobody_may_call_while_holders_cannot_be_found() -> None:
    async def fail(access_key_id: str) -> Principal | None:
        raise PrincipalDirectoryError(f"nothing is known of {access_key_id}")

    async with (
        serving(find_principal=fail, verify_signatures=True) as running,
        running.connect(),
    ):
        answer = await refusal(running)
        assert answer == (500, "InternalServerErrorException", "Internal server error")
        assert running.logged("POST")[0].detail == f"nothing is known of {ACCESS_KEY_ID}"


async def test_verification_can_be_switched_off() -> None:
    async with serving(verify_signatures=False) as running:
        answer = await raw(running, f"/prod/@connections/{GONE}", {"Host": running.host})
        assert answer.startswith(b"HTTP/1.1 410 ")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD"])
async def test_other_methods_are_forbidden(method: str) -> None:
    async with serving() as running:
        answer = await exchange(
            running,
            f"{method} /prod/@connections/abcd HTTP/1.1\r\nHost: here\r\n"
            "Connection: close\r\n\r\n".encode(),
        )
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert b"\r\nx-amzn-ErrorType: ForbiddenException\r\n" in answer


async def test_sdk_calls_under_a_domain_name() -> None:
    async with verifying(allowing(MANAGE, f"{BASE}/GET/*")) as running:
        running.gateway.update(
            [api(deployment(*ECHO_ROUTES))], domains=[domain({"chat": "abc123/prod"})]
        )

        def call(management: Any) -> None:
            with pytest.raises(management.exceptions.GoneException):
                management.get_connection(ConnectionId=GONE)

        await with_sdk(running, call, endpoint_url=f"http://{running.host}/chat")


async def post(running: Running) -> bytes:
    """Post to the only connection, and return the first line of the answer."""
    connection_id = running.connection().context.connection_id
    call = f"POST /prod/@connections/{connection_id} HTTP/1.0\r\nContent-Length: 1\r\n\r\nx"
    return (await exchange(running, call.encode())).partition(b"\r\n")[0]


async def test_post_that_loses_the_race_finds_its_connection_gone_once() -> None:
    async with serving(faults=Faults(gone_race=1)) as running, running.connect() as client:
        assert await post(running) == b"HTTP/1.1 410 Gone"
        assert await post(running) == b"HTTP/1.1 200 OK"
        assert await client.recv() == "x"
        details = [line.detail for line in running.logged("POST")]
        assert details == ["gone although open, by --fault gone-race", ""]


async def test_post_is_throttled_as_often_as_the_fault_says() -> None:
    shares = iter([0.2, 0.7, 0.0])
    faults = Faults(throttled_post=0.5, draw=lambda: next(shares))
    async with serving(faults=faults) as running, running.connect() as client:
        assert await post(running) == b"HTTP/1.1 429 Too Many Requests"
        assert await post(running) == b"HTTP/1.1 200 OK"
        assert await client.recv() == "x"
        assert running.logged("POST")[0].detail == "one too many, by --fault throttled-post"


async def test_slow_posts_hold_up_nobody_else() -> None:
    faults = Faults(slow_post_seconds=0.2)
    async with serving(faults=faults) as running, running.connect() as client:
        posts = [asyncio.create_task(post(running)) for _ in range(20)]
        await client.send("echo")
        # Not one of them has been carried out when the message is answered.
        assert await client.recv() == "echo"
        assert await asyncio.gather(*posts) == [b"HTTP/1.1 200 OK"] * 20
        assert [await client.recv() for _ in range(20)] == ["x"] * 20


async def test_fault_strikes_no_call_but_posts_to_open_connections() -> None:
    faults = Faults(throttled_post=1)
    async with serving(faults=faults) as running, running.connect():
        gone = f"POST /prod/@connections/{GONE} HTTP/1.0\r\nContent-Length: 1\r\n\r\nx"
        assert (await exchange(running, gone.encode())).startswith(b"HTTP/1.1 410 ")
        connection_id = running.connection().context.connection_id
        look = f"GET /prod/@connections/{connection_id} HTTP/1.0\r\n\r\n"
        assert (await exchange(running, look.encode())).startswith(b"HTTP/1.1 200 ")
