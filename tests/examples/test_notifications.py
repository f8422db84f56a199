from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.end_to_end.given import REPOSITORY
from tests.examples.given import EXAMPLES, Example, example
from tests.examples.tokens import Tokens

if TYPE_CHECKING:
    from pathlib import Path

SENT = {"type": "order", "order": "4711", "status": "sent"}


def tell_of_order(shop: Example, user: str) -> Any:
    """Invoke the backend's function."""
    event = {"user": user, "order": "4711", "status": "sent"}
    answer = shop.client("lambda").invoke(FunctionName="orders", Payload=json.dumps(event))
    return json.load(answer["Payload"])


def notify(shop: Example, user: str, text: str) -> subprocess.CompletedProcess[str]:
    """Run the script, as the README says."""
    address = shop.stack.addresses[0].websocket_url.replace("ws://", "http://")
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY / "lambda_src"),
        "WEBSOCKET_TABLE_NAME": "notifications-connections",
        "WEBSOCKET_MANAGEMENT_ENDPOINT": address,
        "AWS_ENDPOINT_URL": shop.stack.services.aws_endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    command = [sys.executable, str(EXAMPLES / "notifications" / "notify.py"), user, text]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.examples
def test_notifications_reach_every_connection_of_a_user_and_nobody_else(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path / "keys", "notifications")
    variables = tokens.variables()
    repository = tmp_path / "repository"
    repository.mkdir()
    with example("notifications", repository, **variables) as shop:
        with pytest.raises(InvalidStatus):
            shop.connect()
        with (
            shop.connect(**tokens.shown("anna")) as laptop,
            shop.connect(**tokens.shown("anna")) as phone,
            shop.connect(**tokens.shown("bob")) as other,
        ):
            assert tell_of_order(shop, "anna") == {"delivered": 2}
            assert json.loads(laptop.recv(timeout=10)) == SENT
            assert json.loads(phone.recv(timeout=10)) == SENT

            run = notify(shop, "bob", "Closed tomorrow.")
            assert (run.returncode, run.stdout) == (0, "Delivered to 1 connections.\n"), run.stderr
            note = {"type": "note", "text": "Closed tomorrow."}
            assert json.loads(other.recv(timeout=10)) == note

        assert tell_of_order(shop, "nobody") == {"delivered": 0}
        assert notify(shop, "nobody", "Hello?").returncode == 1

        shop.edit("backend/orders.py", '"type": "order"', '"type": "changed order"')
        assert shop.apply() == {
            "terraform_data.backend_package": "replace",
            "aws_lambda_function.orders": "update",
        }
        with shop.connect(**tokens.shown("anna")) as laptop:
            tell_of_order(shop, "anna")
            assert json.loads(laptop.recv(timeout=10))["type"] == "changed order"
