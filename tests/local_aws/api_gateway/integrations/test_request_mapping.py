import pytest

from local_aws.api_gateway.integrations.integration import Failure, IntegrationError
from local_aws.api_gateway.integrations.request_mapping import map_body
from tests.local_aws.api_gateway.integrations.given import backend, call

TEMPLATE = (
    '{"id": "$context.connectionId", "who": "$context.authorizer.principalId",'
    ' "seconds": #set($seconds = $context.requestTimeEpoch / 1000)$seconds,'
    ' "color": "$stageVariables.color", "text": $input.json("$.text"),'
    ' "token": "$input.params("token")", "agent": "$input.params("user-agent")"}'
)


def test_template_sees_the_whole_event() -> None:
    event = call(
        backend("AWS", requestTemplates={"$default": TEMPLATE}),
        '{"text": "é"}',
        variables={"color": "blue"},
        headers={"User-Agent": "wscat"},
        queryStringParameters={"token": "t"},
    )
    assert map_body(event).decode() == (
        '{"id": "R1kmxc2VNjMCFIA=", "who": "user-17", "seconds": 1705751700, "color": "blue",'
        ' "text": "é", "token": "t", "agent": "wscat"}'
    )


def test_half_of_a_surrogate_pair_is_a_question_mark() -> None:
    used = backend("AWS", requestTemplates={"$default": "$input.path('$.text')"})
    assert map_body(call(used, r'{"text": "a\ud800b"}')) == b"a?b"


def test_message_selects_its_template() -> None:
    used = backend(
        "AWS",
        templateSelectionExpression="$request.body.action",
        requestTemplates={"join": "joined", "$default": "else"},
    )
    assert map_body(call(used, '{"action": "join"}')) == b"joined"
    assert map_body(call(used, '{"action": "leave"}')) == b"else"


@pytest.mark.parametrize("behavior", [None, "WHEN_NO_MATCH", "WHEN_NO_TEMPLATES"])
def test_message_passes_through_where_there_is_no_template(behavior: str | None) -> None:
    assert map_body(call(backend("AWS", passthroughBehavior=behavior), "hé")) == "hé".encode()


def test_message_passes_through_where_no_template_matches() -> None:
    used = backend("AWS", requestTemplates={"join": "x"}, passthroughBehavior="WHEN_NO_MATCH")
    assert map_body(call(used, "hello")) == b"hello"


@pytest.mark.parametrize(
    ("behavior", "templates"),
    [("NEVER", {}), ("NEVER", {"join": "x"}), ("WHEN_NO_TEMPLATES", {"join": "x"})],
)
def test_message_without_a_template_may_be_refused(
    behavior: str, templates: dict[str, str]
) -> None:
    used = backend("AWS", requestTemplates=templates, passthroughBehavior=behavior)
    with pytest.raises(IntegrationError, match=rf"is {behavior}; add a template \$default") as none:
        map_body(call(used, "hello"))
    assert none.value.failure is Failure.UNMAPPED


def test_base64_is_decoded_for_a_binary_backend() -> None:
    used = backend("AWS", contentHandlingStrategy="CONVERT_TO_BINARY")
    assert map_body(call(used, "aMOp/w==")) == "hé".encode() + b"\xff"
    with pytest.raises(IntegrationError, match="is not base64"):
        map_body(call(used, "hello!"))


def test_text_stays_text_for_a_text_backend() -> None:
    used = backend("AWS", contentHandlingStrategy="CONVERT_TO_TEXT")
    assert map_body(call(used, "aGk=")) == b"aGk="


@pytest.mark.parametrize(
    ("template", "body", "complaint"),
    [
        ("#if(", "{}", "the request template: "),
        ("$input.json('$.a')", "hello", "reads from a body that is not JSON"),
    ],
)
def test_template_that_fails_is_an_error(template: str, body: str, complaint: str) -> None:
    used = backend("AWS", requestTemplates={"$default": template})
    with pytest.raises(IntegrationError, match=complaint) as failed:
        map_body(call(used, body))
    assert failed.value.failure is Failure.NOT_CALLED
