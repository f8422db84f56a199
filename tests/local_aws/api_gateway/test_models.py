"""Models, by themselves and as a client meets them."""

import gc
import json
from typing import Any

import pytest

from local_aws.api_gateway.models import ModelError, find_violation
from local_aws.publication import Model, Route
from tests.local_aws.api_gateway.given import (
    ECHO_ROUTES,
    Running,
    api,
    deployment,
    route,
    serving,
)

MOVE = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["x", "y"],
    "properties": {"x": {"type": "number", "maximum": 9, "exclusiveMaximum": True}, "y": {}},
    "definitions": {"unused": {}},
}


def model(schema: Any, name: str = "move", content_type: str | None = "application/json") -> Model:
    text = schema if isinstance(schema, str) else json.dumps(schema)
    return Model(model_id=name, name=name, content_type=content_type, schema=text)


def validated(expression: str | None = "$default", **models: str) -> Route:
    chosen = models or {"$default": "move"}
    return route("move", two_way=True, model_selection_expression=expression, request_models=chosen)


def violation(schema: Any, body: str) -> str | None:
    return find_violation(validated(), {"move": model(schema)}, body)


@pytest.mark.parametrize("body", ['{"x": 1, "y": null}', '{"x": 8.9, "y": [], "z": 1}'])
def test_message_may_fit_its_model(body: str) -> None:
    assert violation(MOVE, body) is None


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('{"x": 1}', "the rule 'required' of the model move does not hold at $"),
        ('{"x": 9, "y": 1}', "the rule 'maximum' of the model move does not hold at $.x"),
        ('{"x": "a secret", "y": 1}', "the rule 'type' of the model move does not hold at $.x"),
        ("[]", "the rule 'type' of the model move does not hold at $"),
        ("hello", "the message is not JSON, which the model move asks for"),
        ('{"x": NaN, "y": 1}', "the message is not JSON, which the model move asks for"),
        ("[" * 100_000, "the message is not JSON, which the model move asks for"),
    ],
)
def test_message_that_does_not_fit_breaks_a_rule_and_is_not_quoted(body: str, rule: str) -> None:
    assert violation(MOVE, body) == rule


def test_route_without_an_expression_has_no_model() -> None:
    assert find_violation(validated(None), {"move": model({"type": "object"})}, "hello") is None


def test_model_of_another_content_type_is_not_for_json() -> None:
    binary = model(MOVE, content_type="application/octet-stream")
    assert find_violation(validated(), {"move": binary}, "hello") is None


@pytest.mark.parametrize(
    ("body", "is_fitting"),
    [
        ('{"kind": "number", "value": 1}', True),
        ('{"kind": "number", "value": "one"}', False),
        ('{"kind": "text", "value": "one"}', True),
        ('{"kind": "else", "value": []}', False),
        ("hello", False),
    ],
)
def test_message_selects_its_model(body: str, *, is_fitting: bool) -> None:
    models = {
        kind: model({"properties": {"value": {"type": kind}}}, kind)
        for kind in ("number", "string")
    }
    selecting = validated("$request.body.kind", number="number", text="string")
    assert (find_violation(selecting, models, body) is None) == is_fitting


def test_message_that_selects_no_model_is_held_to_the_default_one() -> None:
    selecting = validated("$request.body.kind", other="other", **{"$default": "move"})
    assert "'required'" in str(find_violation(selecting, {"move": model(MOVE)}, "{}"))


def test_without_a_default_model_a_message_has_to_select_one() -> None:
    selecting = validated("$request.body.kind", other="other")
    assert "no model is selected" in str(find_violation(selecting, {}, "{}"))


@pytest.mark.parametrize(
    ("used", "models", "complaint"),
    [
        (validated(), {}, "which is not in the deployment; deploy again"),
        (validated("$context.stage"), {"move": model(MOVE)}, "it selects by"),
        (validated(), {"move": model("{")}, "the model move is not JSON"),
        (validated(), {"move": model({"type": "thing"})}, "the model move is no JSON Schema"),
        (
            validated(),
            {"move": model({"$ref": "http://127.0.0.1:1/else.json"})},
            "the model move refers to a schema that it does not hold",
        ),
        (validated(), {"move": model({"$ref": "#/nowhere"})}, "that it does not hold"),
        (validated(), {"move": model({"$ref": "#"})}, "refers to itself without end"),
    ],
)
def test_model_that_cannot_be_used_is_an_error(
    used: Route, models: dict[str, Model], complaint: str
) -> None:
    gc.collect()  # or what earlier tests left may be collected where recursion can go no deeper
    with pytest.raises(ModelError, match=complaint):
        find_violation(used, models, "{}")


def chat(schema: Any) -> Any:
    return serving(api(deployment(*ECHO_ROUTES, validated(), models=[model(schema)])))


async def test_message_that_does_not_fit_is_a_bad_request_and_reaches_no_integration() -> None:
    async with chat(MOVE) as running, running.connect() as client:
        await client.send('{"action": "move", "x": 1}')
        frame = str(await client.recv())
        connection_id = running.connection().context.connection_id
        message_id = json.loads(frame)["messageId"]
        assert frame == (
            f'{{"message" : "Bad request body", "connectionId": "{connection_id}",'
            f' "messageId": "{message_id}"}}'
        )
        line = running.logged("MESSAGE")[0]
        assert line.status == 400
        assert line.route_key == "move"
        assert "'required'" in line.detail
        assert running.functions.received("move") == []
        await (await client.ping())


async def test_message_that_fits_reaches_its_integration() -> None:
    async with chat(MOVE) as running, running.connect() as client:
        sent = '{"action": "move", "x": 1, "y": 2}'
        await client.send(sent)
        assert await client.recv() == sent


async def test_model_that_cannot_be_used_is_an_error_frame_and_told_at_deployment() -> None:
    running: Running
    async with chat({"type": "thing"}) as running, running.connect() as client:
        await client.send('{"action": "move"}')
        assert "Internal server error" in str(await client.recv())
        assert running.functions.received("move") == []
        assert any("Messages to API abc123 fail: the model move" in str(x) for x in running.lines)
