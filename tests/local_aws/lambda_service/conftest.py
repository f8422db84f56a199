from pathlib import Path

import pytest

from local_aws.publication import Function
from tests.local_aws.lambda_service.given import function_of


@pytest.fixture
def greeter(tmp_path: Path) -> Function:
    """A function that returns its event."""
    return function_of(tmp_path)
