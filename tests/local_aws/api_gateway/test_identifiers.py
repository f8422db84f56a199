import re

import pytest

from local_aws.api_gateway.identifiers import (
    is_well_formed,
    new_identifier,
    new_trace_id,
)


def test_identifier_has_the_shape_of_those_recorded_on_aws() -> None:
    identifiers = {new_identifier() for _ in range(1_000)}
    assert len(identifiers) == 1_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{15}=", each) for each in identifiers)
    assert all(map(is_well_formed, identifiers))


@pytest.mark.parametrize("identifier", ["QWxh", "QWxhZA==", "QWxhZGk=", "Qyi07eCbtjMCJKw=", "_-_-"])
def test_url_safe_base64_is_well_formed_at_any_length(identifier: str) -> None:
    assert is_well_formed(identifier)


@pytest.mark.parametrize(
    "identifier",
    ["", "a", "abc", "WDGT8fY4joECJrQ=test", "ab+/", "abcd=", "ab c", "abcd\n", "é" * 4, "===="],
)
def test_anything_else_is_malformed(identifier: str) -> None:
    assert not is_well_formed(identifier)


def test_trace_id_begins_with_its_time() -> None:
    assert re.fullmatch(r"Root=1-5fb11db2-[0-9a-f]{24}", new_trace_id(0x5FB11DB2 + 0.9))
