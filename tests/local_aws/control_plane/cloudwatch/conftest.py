import pytest

from tests.local_aws.control_plane.cloudwatch.given import Given


@pytest.fixture
def given() -> Given:
    return Given()
