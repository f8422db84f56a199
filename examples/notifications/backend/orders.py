"""A function of the shop, elsewhere: an order has changed, and its owner is to know."""

from __future__ import annotations

from typing import Any

from websocket_api import Publisher

publisher = Publisher.from_env()


def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Tell a user, wherever that user is connected; return how many connections were reached.

    The event names the ``user``, and the ``order`` and its ``status``.
    """
    message = {"type": "order", "order": event["order"], "status": event["status"]}
    report = publisher.send_to_user(event["user"], message)
    return {"delivered": report.delivered}
