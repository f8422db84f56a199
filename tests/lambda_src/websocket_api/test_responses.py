from __future__ import annotations

from typing import get_type_hints

from websocket_api import responses


def test_result_has_a_type_where_annotations_are_evaluated() -> None:
    assert get_type_hints(responses.reply)["return"] is dict


def test_success_has_no_body() -> None:
    assert responses.accept() == {"statusCode": 200}


def test_chosen_subprotocol_is_the_one_header() -> None:
    assert responses.accept(subprotocol="chat.v1") == {
        "statusCode": 200,
        "headers": {"Sec-WebSocket-Protocol": "chat.v1"},
    }


def test_failure_gives_no_reason() -> None:
    assert responses.fail() == {"statusCode": 500}


def test_reply_is_the_body_as_it_is() -> None:
    assert responses.reply("") == {"statusCode": 200, "body": ""}
    assert responses.reply('{"a": 1}') == {"statusCode": 200, "body": '{"a": 1}'}
