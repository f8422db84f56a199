from __future__ import annotations

import json

from websocket_api.channel_heads import Position
from websocket_api.message import Message, new_message_id


def test_frame_holds_the_data_as_it_is() -> None:
    message = Message(channel="grün", message_id="m1", data='{"a":[1, 2]}')
    assert message.frame().decode() == (
        '{"type":"message","channel":"grün","id":"m1","data":{"a":[1, 2]}}'
    )


def test_frame_names_the_place_in_the_history() -> None:
    position = Position("e1", 7)
    message = Message(channel="blue", message_id="m1", data="null", position=position)
    assert json.loads(message.frame()) == {
        "type": "message",
        "channel": "blue",
        "id": "m1",
        "epoch": "e1",
        "offset": 7,
        "data": None,
    }


def test_pointer_frame_holds_a_url_in_the_place_of_the_data() -> None:
    message = Message(channel="blue", message_id="m1", data=None, object_key="k")
    assert json.loads(message.pointer_frame(url='https://example.com/?a="b"')) == {
        "type": "message",
        "channel": "blue",
        "id": "m1",
        "url": 'https://example.com/?a="b"',
    }


def test_no_two_messages_get_the_same_id() -> None:
    assert len({new_message_id() for _ in range(1000)}) == 1000
