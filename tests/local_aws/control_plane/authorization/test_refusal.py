import json
from collections.abc import Callable

import pytest

from local_aws.control_plane.authorization.refusal import (
    Answer,
    access_denied,
    expired_token,
    invalid_token,
)


@pytest.mark.parametrize(
    ("protocol", "status", "code"),
    [
        ("json", 400, "ExpiredTokenException"),
        ("rest-json", 403, "ExpiredTokenException"),
        ("query", 403, "ExpiredToken"),
        ("rest-xml", 403, "ExpiredToken"),
    ],
)
def test_session_that_is_over_is_told_so(protocol: str, status: int, code: str) -> None:
    answer = expired_token("service", protocol)
    assert answer.status == status
    told = answer.body.decode() + str(answer.headers)
    assert code in told
    assert "The security token included in the request is expired" in told


@pytest.mark.parametrize("refuse", [invalid_token, expired_token])
@pytest.mark.parametrize("protocol", ["json", "rest-json", "query", "rest-xml"])
def test_length_of_the_body_is_told(refuse: Callable[[str, str], Answer], protocol: str) -> None:
    answer = refuse("service", protocol)
    assert dict(answer.headers)["Content-Length"] == str(len(answer.body))


def test_message_cannot_end_its_element() -> None:
    body = access_denied("sns", "query", "<&>").body
    assert b"<Message>&lt;&amp;&gt;</Message>" in body


def test_queue_tells_clients_of_its_former_protocol_too() -> None:
    answer = access_denied("sqs", "json", "no")
    assert dict(answer.headers)["x-amzn-query-error"] == "AccessDenied;Sender"
    assert json.loads(answer.body) == {"__type": "AccessDeniedException", "message": "no"}
