from __future__ import annotations

import hmac
import random
from datetime import UTC, datetime
from threading import Thread
from typing import Any
from urllib.parse import quote

import botocore.auth
import botocore.credentials
import pytest
from botocore.awsrequest import AWSRequest

from websocket_api.aws.credentials import Credentials
from websocket_api.aws.signature import SignedSeries, Signer, hash_of

CREDENTIALS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC).timestamp()
HOST = {"Host": "example.amazonaws.com"}

# "Signature Version 4 Test Suite" of the AWS General Reference, by the names it gives them: the
# method, path, query, further headers and payload of a request, and the signature of it.
PUBLISHED = {
    "get-vanilla": (
        ("GET", "/", "", {}, b""),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "get-relative-relative": (
        ("GET", "/example1/example2/../..", "", {}, b""),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "get-slash": (
        ("GET", "//", "", {}, b""),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "get-unreserved": (
        (
            "GET",
            "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            "",
            {},
            b"",
        ),
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
    ),
    "get-utf8": (
        ("GET", "/ሴ", "", {}, b""),
        "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
    ),
    "get-vanilla-query-order-key-case": (
        ("GET", "/", "Param2=value2&Param1=value1", {}, b""),
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    "get-header-value-trim": (
        ("GET", "/", "", {"My-Header1": " value1", "My-Header2": ' "a   b   c"'}, b""),
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    "post-vanilla": (
        ("POST", "/", "", {}, b""),
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    "post-header-key-sort": (
        ("POST", "/", "", {"My-Header1": "value1"}, b""),
        "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
    ),
    "post-x-www-form-urlencoded": (
        ("POST", "/", "", {"Content-Type": "application/x-www-form-urlencoded"}, b"Param1=value1"),
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_signature_is_the_published_one(name: str) -> None:
    (method, path, query, headers, payload), published = PUBLISHED[name]
    added = Signer(service="service", region="us-east-1").sign(
        CREDENTIALS,
        method=method,
        path=path,
        query=query,
        headers={**HOST, **headers},
        payload_hash=hash_of(payload),
        epoch_seconds=NOW,
    )
    assert added["X-Amz-Date"] == "20150830T123600Z"
    assert added["Authorization"].endswith(f"Signature={published}")


def test_request_of_the_guide_is_signed_as_the_guide_does() -> None:
    # "Create a signed AWS API request", IAM User Guide.
    added = Signer(service="iam", region="us-east-1").sign(
        CREDENTIALS,
        method="GET",
        path="/",
        query="Action=ListUsers&Version=2010-05-08",
        headers={
            "Host": "iam.amazonaws.com",
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        },
        payload_hash=hash_of(b""),
        epoch_seconds=NOW,
    )
    assert added["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


class Oracle:
    """botocore, which signs at an instant of the test's choice."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._now = 0.0
        monkeypatch.setattr(
            "botocore.auth.get_current_datetime", lambda: datetime.fromtimestamp(self._now, UTC)
        )

    def sign(  # noqa: PLR0913 - the parts of a request
        self,
        credentials: Credentials,
        service: str,
        region: str,
        *,
        method: str,
        path: str,
        query: str,
        headers: dict[str, str],
        payload: bytes,
        now: float,
    ) -> dict[str, str]:
        self._now = now
        url = f"https://{headers['Host']}{path}" + (f"?{query}" if query else "")
        request = AWSRequest(method, url, headers, payload)
        theirs = botocore.credentials.Credentials(
            credentials.access_key_id, credentials.secret_access_key, credentials.session_token
        )
        botocore.auth.SigV4Auth(theirs, service, region).add_auth(request)
        names = ("X-Amz-Date", "X-Amz-Security-Token", "Authorization")
        return {name: request.headers[name] for name in names if name in request.headers}


CHARACTERS = "abcXYZ0189-._~=+/@%: \t*'()!$,;&?#[]äß€👋ሴ"


def text(generator: random.Random, length: int, characters: str = CHARACTERS) -> str:
    return "".join(generator.choices(characters, k=generator.randrange(length)))


def some_credentials(generator: random.Random) -> Credentials:
    return Credentials(
        "AKIA" + text(generator, 17, "ABCDEFGH234567"),
        text(generator, 41, "abcXYZ0189+/") + "k",
        generator.choice((None, text(generator, 200, "abcXYZ0189+/=") + "==")),
    )


def some_request(generator: random.Random) -> dict[str, Any]:
    segments = [
        generator.choice((quote(text(generator, 12), safe="~@"), ".", "..", "", "@connections"))
        for _ in range(generator.randrange(6))
    ]
    parameters = [
        quote(text(generator, 8), safe="~")
        + generator.choice(("=", "=", ""))
        + quote(text(generator, 8), safe="~")
        for _ in range(generator.randrange(4))
    ]
    headers = {
        "Host": f"{text(generator, 9, 'abc019')}h.example.com{generator.choice(('', ':8443'))}"
    }
    for _ in range(generator.randrange(4)):
        name = "X-" + text(generator, 9, "aBcD-19") + "n"
        headers[name] = text(generator, 20, "abc  XYZ=,;'\t\"") + "v"
    return {
        "method": generator.choice(("GET", "POST", "PUT", "DELETE")),
        "path": "/" + "/".join(segments),
        "query": "&".join(parameters),
        "headers": headers,
        "payload": text(generator, 100).encode(),
        "now": generator.uniform(0, 4_000_000_000),
    }


def test_requests_are_signed_as_the_sdk_signs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    oracle, generator = Oracle(monkeypatch), random.Random(4)  # noqa: S311 - no secret
    for _ in range(60):
        service = generator.choice(("execute-api", "dynamodb", "sqs"))
        region = generator.choice(("us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"))
        signer = Signer(service=service, region=region)
        for _ in range(50):
            credentials, request = some_credentials(generator), some_request(generator)
            theirs = oracle.sign(credentials, service, region, **request)
            payload, now = request.pop("payload"), request.pop("now")
            ours = signer.sign(
                credentials, **request, payload_hash=hash_of(payload), epoch_seconds=now
            )
            assert ours == theirs, request


def test_series_is_signed_as_the_sdk_signs_each_of_its_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    oracle, generator = Oracle(monkeypatch), random.Random(5)  # noqa: S311 - no secret
    signer = Signer(service="execute-api", region="eu-west-1")
    headers = {"Host": "a1b2c3.execute-api.eu-west-1.amazonaws.com"}
    for _ in range(40):
        credentials, payload = some_credentials(generator), text(generator, 300).encode()
        parent = generator.choice(("/prod/@connections/", "/@connections/", "/a%20b/@connections/"))
        series = SignedSeries(
            signer, credentials, method="POST", parent_path=parent, headers=headers, payload=payload
        )
        now = generator.uniform(0, 4_000_000_000)
        for _ in range(50):
            now += generator.choice((0, 0.3, 1, 86_400))
            connection_id = text(generator, 20, "abcXYZ0189-_=/+ü") + "="
            path = parent + quote(connection_id, safe="~")
            signed = oracle.sign(
                credentials,
                "execute-api",
                "eu-west-1",
                method="POST",
                path=path,
                query="",
                headers=headers,
                payload=payload,
                now=now,
            )
            head = series.head(connection_id, now).decode()
            lines = head.split("\r\n")
            assert lines[0] == f"POST {path} HTTP/1.1"
            assert lines[-2:] == ["", ""]
            fields = dict(line.split(": ", 1) for line in lines[1:-2])
            assert fields == {**headers, **signed, "Content-Length": str(len(payload))}


def test_key_of_a_day_is_derived_once(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = Signer(service="execute-api", region="us-east-1")
    digests: list[bytes] = []
    digest = hmac.digest

    def counting(key: bytes, message: bytes, algorithm: str) -> bytes:
        digests.append(message)
        return digest(key, message, algorithm)

    monkeypatch.setattr("hmac.digest", counting)
    first = signer.key(CREDENTIALS, "20150830T000000Z")
    assert signer.key(CREDENTIALS, "20150830T235959Z") == first
    assert digests == [b"20150830", b"us-east-1", b"execute-api", b"aws4_request"]
    others = {
        first,
        signer.key(CREDENTIALS, "20150831T000000Z"),
        signer.key(Credentials("AKIDEXAMPLE", "other"), "20150831T000000Z"),
    }
    assert len(others) == 3
    assert signer.key(CREDENTIALS, "20150830T000000Z") == first


def test_threads_share_a_signer_and_a_series() -> None:
    signer = Signer(service="execute-api", region="us-east-1")

    def series() -> SignedSeries:
        return SignedSeries(
            signer,
            CREDENTIALS,
            method="POST",
            parent_path="/prod/@connections/",
            headers=HOST,
            payload=b"hello",
        )

    shared = series()
    wrong: list[float] = []
    expected = {now: series().head("a", now) for now in (NOW, NOW + 1, NOW + 86_400)}

    def sign() -> None:
        for _ in range(200):
            wrong.extend(now for now, head in expected.items() if shared.head("a", now) != head)

    threads = [Thread(target=sign) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
