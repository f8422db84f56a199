from __future__ import annotations

from jwt_authorizer.invalid_token import InvalidToken


def test_refusal_says_its_reason() -> None:
    refusal = InvalidToken("it has expired")
    assert refusal.reason == "it has expired"
    assert str(refusal) == "it has expired"
