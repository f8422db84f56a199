import pytest

from local_aws.policies.wildcards import is_arn_like, is_like

ARN = "arn:aws:execute-api:us-east-1:123456789012:abc123/prod/$connect"


@pytest.mark.parametrize("pattern", ["a.b", "*", "a*", "*b", "a?b", "???", "a.b*"])
def test_pattern_matches_the_whole_text(pattern: str) -> None:
    assert is_like("a.b", pattern)


@pytest.mark.parametrize("pattern", ["", "a", "b", "A.B", "a??b", "a.b?", "a.[b]"])
def test_other_pattern_does_not_match(pattern: str) -> None:
    assert not is_like("a.b", pattern)


def test_wildcard_of_an_arn_reaches_over_slashes_but_not_over_colons() -> None:
    assert is_arn_like(ARN, "arn:aws:execute-api:*:*:abc123/*")
    assert not is_arn_like(ARN, "arn:aws:execute-api:*")
    assert not is_arn_like(ARN, "*")
    assert not is_arn_like(ARN, "arn:*:abc123/prod/$connect:*:*:*")
