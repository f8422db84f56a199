import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.examples.given import Example, example

ALIAS = 'module.websocket.aws_lambda_alias.functions["hello"]'


def greetings(canary: Example, messages: int = 1) -> Counter[tuple[Any, Any]]:
    """Count who answers messages: the greeting, and the version that it comes from."""
    answers = [json.loads(answer) for answer in canary.exchange(*["hello"] * messages)]
    return Counter((answer["greeting"], answer["version"]) for answer in answers)


@pytest.mark.examples
def test_canary_meets_a_few_messages_then_all_then_none(tmp_path: Path) -> None:
    with example("canary", tmp_path) as canary:
        assert greetings(canary) == {("Hello.", "1"): 1}

        # Other code is published as version 2, and tried on a share of the messages.
        canary.edit("handlers/hello.py", '"Hello."', '"Good day."')
        actions = canary.apply(release={"version": "1", "canary": "2", "canary_share": 0.5})
        assert actions[ALIAS] == "update"
        assert actions['module.websocket.aws_lambda_function.functions["hello"]'] == "update"
        assert "replace" not in {
            action for address, action in actions.items() if "terraform_data" not in address
        }
        assert set(greetings(canary, messages=40)) == {("Hello.", "1"), ("Good day.", "2")}

        # Shifting, and rolling back, change the alias and nothing else.
        assert canary.apply(release={"version": "2"}) == {ALIAS: "update"}
        assert greetings(canary, messages=20) == {("Good day.", "2"): 20}
        assert canary.apply(release={"version": "1"}) == {ALIAS: "update"}
        assert greetings(canary, messages=20) == {("Hello.", "1"): 20}
