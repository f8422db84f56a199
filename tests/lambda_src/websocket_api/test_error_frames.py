from __future__ import annotations

from tests.lambda_src.given import golden_event
from websocket_api import events
from websocket_api.error_frames import INTERNAL, error_frame
from websocket_api.refusals import Refusal

EVENT = events.parse_message(golden_event("message"))


def test_frame_tells_what_is_wrong_and_where() -> None:
    refusal = Refusal("bad_request", "text is missing.", field="text")
    assert error_frame(refusal, EVENT, frame={"id": "7"}) == {
        "type": "error",
        "code": "bad_request",
        "message": "text is missing.",
        "field": "text",
        "id": "7",
        "requestId": EVENT.request_id,
    }


def test_frame_has_no_members_that_say_nothing() -> None:
    frame = error_frame(INTERNAL, EVENT)
    assert set(frame) == {"type", "code", "message", "requestId"}
    assert error_frame(INTERNAL, EVENT, frame={"id": 7}) == frame
