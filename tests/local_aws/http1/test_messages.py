import pytest

from local_aws.http1 import Request, Response, serialize


def test_header_is_found_whatever_its_case_and_the_last_one_wins() -> None:
    request = Request("GET", "/", (("X-A", "1"), ("x-a", "2")), b"")
    assert request.header("X-a") == "2"
    assert request.header("x-b") is None


def test_header_with_a_line_break_is_not_written() -> None:
    with pytest.raises(ValueError, match="line break"):
        serialize(Response(200, (("X", "a\nb"),)))
