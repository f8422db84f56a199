from pathlib import Path

import pytest

from local_aws.lambda_service.initialization import InitializationFailed
from tests.local_aws.lambda_service.given import function_of


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (b'{"errorType": "KeyError", "errorMessage": "TABLE"}', "KeyError: TABLE"),
        (b"no JSON \xff", "no JSON \\xff"),
        (b"[]", "[]"),
        (b'{"errorType": "KeyError"}', '{"errorType": "KeyError"}'),
    ],
)
def test_error_of_initialization_names_function_problem_and_handler(
    tmp_path: Path, error: bytes, problem: str
) -> None:
    message = str(InitializationFailed(error).as_error(function_of(tmp_path)))
    assert message.startswith(f"Function greeter cannot be started: {problem}. ")
    assert "app.handler" in message
