"""The frame that tells a client what came of a message that could not be answered.

.. code-block:: json

    {"type": "error", "code": "bad_request", "message": "text must be a string, not a number.",
     "field": "text", "requestId": "Qyi3UG41tjMFlUg="}

``code`` is for programs (``refusals`` names those that are ours), ``message`` for people. ``field``
is there if one member of the message is to blame, ``id`` if the message had one for its answer to
bear. ``requestId`` is API Gateway's, under which the logs tell more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from websocket_api.refusals import INTERNAL_ERROR, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from websocket_api.events import MessageEvent

INTERNAL = Refusal(INTERNAL_ERROR, "The application could not answer; try again later.")
"""What every failure of the application looks like from outside."""


def error_frame(
    refusal: Refusal, event: MessageEvent, *, frame: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Return the frame that tells of a refusal.

    Args:
        refusal: what there is to tell.
        event: the message that was refused.
        frame: the message, if its sender waits for an answer to its ``id``.
    """
    error = {"type": "error", "code": refusal.code, "message": refusal.message}
    if refusal.field is not None:
        error["field"] = refusal.field
    message_id = None if frame is None else frame.get("id")
    if isinstance(message_id, str):
        error["id"] = message_id
    return error | {"requestId": event.request_id}
