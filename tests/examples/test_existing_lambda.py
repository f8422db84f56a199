import json
from pathlib import Path

import pytest

from tests.examples.given import example

GREET = '{"action": "greet", "name": "Ada"}'


@pytest.mark.examples
def test_existing_lambda_answers_its_route_and_takes_other_code_in_place(tmp_path: Path) -> None:
    with example("existing_lambda", tmp_path) as greeting:
        answer, echo = greeting.exchange(GREET, "hello")
        assert json.loads(answer) == {"greeting": "Hello, Ada."}
        assert echo == "hello"

        greeting.edit("function/greeter.py", "Hello, ", "Good day, ")
        assert greeting.apply() == {
            "terraform_data.package": "replace",
            "aws_lambda_function.greeter": "update",
        }
        (answer,) = greeting.exchange(GREET)
        assert json.loads(answer) == {"greeting": "Good day, Ada."}
