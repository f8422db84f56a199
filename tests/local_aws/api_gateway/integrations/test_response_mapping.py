from typing import Any

import pytest

from local_aws.api_gateway.integrations.integration import Answer, IntegrationError
from local_aws.api_gateway.integrations.response_mapping import BackendAnswer, map_answer
from local_aws.http1 import Headers
from tests.local_aws.api_gateway.integrations.given import backend, call, response


def mapped(
    *responses: dict[str, Any],
    status: int = 200,
    body: bytes = b'{"name": "ann"}',
    headers: Headers = (),
    selector: str | None = None,
    route_key: str = "send",
) -> Answer:
    event = call(
        backend("HTTP", integrationResponses=list(responses)),
        '{"action": "join"}',
        route_key=route_key,
    )
    answer = BackendAnswer(
        status, headers, body, selector=str(status) if selector is None else selector
    )
    return map_answer(event, answer)


def test_answer_without_a_template_passes_as_it_is() -> None:
    answer = mapped(response(), headers=(("Set-Cookie", "a"),))
    assert answer == Answer(200, (), b'{"name": "ann"}', 200)


def test_template_sees_the_answer_and_the_event() -> None:
    template = "$input.path('$.name') $context.connectionId $context.status"
    assert mapped(response(template=template)).body == b"ann R1kmxc2VNjMCFIA= 200"


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"good"), (404, b"bad"), (400, b"bad"), (500, b"else"), (40, b"else")],
)
def test_key_is_a_regular_expression_of_the_whole_status(status: int, body: bytes) -> None:
    responses = (
        response("$default", "else"),
        response("/200/", "good"),
        response(r"/4\d\d/", "bad"),
    )
    assert mapped(*responses, status=status).body == body


def test_half_of_a_surrogate_pair_is_a_question_mark() -> None:
    half = response(template="$input.path('$.name')")
    assert mapped(half, body=rb'{"name": "a\ud800b"}').body == b"a?b"


def test_key_may_match_the_error_message_of_a_function() -> None:
    keys = (response("/.*not found.*/", "lost"), response("$default", "fine"))
    assert mapped(*keys, selector="user\nnot found").body == b"lost"
    assert mapped(*keys, selector="").body == b"fine"


@pytest.mark.parametrize("responses", [(), (response("/200/"),), (response("odd"),)])
def test_answer_that_no_response_fits_is_an_error(responses: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(IntegrationError, match=r"fits '503', and there is none for \$default"):
        mapped(*responses, status=503)


def test_key_that_is_no_regular_expression_is_an_error() -> None:
    with pytest.raises(IntegrationError, match=r"/\(/ is no regular expression"):
        mapped(response("/(/"))


@pytest.mark.parametrize(
    ("expression", "body"),
    [
        ("${integration.response.statuscode}", b"by status"),
        ("${integration.response.header.x-kind}", b"by header"),
        ("${integration.response.body.name}", b"by body"),
        ("${request.body.action}", b"by message"),
        (r"\$default", b"by default"),
    ],
)
def test_answer_selects_its_template(expression: str, body: bytes) -> None:
    templates = {
        "200": "by status",
        "special": "by header",
        "ann": "by body",
        "join": "by message",
        "$default": "by default",
    }
    selecting = response(templateSelectionExpression=expression, responseTemplates=templates)
    assert mapped(selecting, headers=(("X-Kind", "special"),)).body == body


def test_template_of_an_answer_that_is_not_json_may_be_a_text() -> None:
    selecting = response(
        template="$input.body!", templateSelectionExpression="${integration.response.body.x}"
    )
    assert mapped(selecting, body=b"hello").body == b"hello!"


@pytest.mark.parametrize("status", [301, 400, 500])
def test_status_that_a_key_matches_decides_on_a_handshake(status: int) -> None:
    answer = mapped(response(f"/{status}/"), status=status, route_key="$connect")
    assert answer.status_code == status
    assert not answer.is_successful


def test_failure_that_default_takes_lets_a_client_in_and_says_so() -> None:
    answer = mapped(response(), status=400, route_key="$connect")
    assert answer.is_successful
    assert answer.integration_status == 400
    assert "lets the client in all the same: add one with the key /400/" in answer.remark
    assert mapped(response(), status=400).remark == ""


def test_binary_answer_becomes_base64_if_it_is_to_be_text() -> None:
    to_text = response(contentHandlingStrategy="CONVERT_TO_TEXT")
    assert mapped(to_text, body=b"\xff\x00").body == b"/wA="
    assert mapped(to_text, body=b"text").body == b"text"


def test_base64_answer_is_decoded_if_it_is_to_be_binary() -> None:
    to_binary = response(contentHandlingStrategy="CONVERT_TO_BINARY")
    assert mapped(to_binary, body=b"aGk=").body == b"hi"


@pytest.mark.parametrize(
    ("strategy", "body"),
    [(None, b"\xff"), ("CONVERT_TO_BINARY", b"hello!"), ("CONVERT_TO_BINARY", b"/w==")],
)
def test_answer_that_is_no_text_is_an_error(strategy: str | None, body: bytes) -> None:
    with pytest.raises(IntegrationError, match="is no text in UTF-8"):
        mapped(response(contentHandlingStrategy=strategy), body=body)


def test_template_that_fails_is_an_error() -> None:
    with pytest.raises(IntegrationError, match="the response template: "):
        mapped(response(template="$input.json('$.a')"), body=b"hello")
