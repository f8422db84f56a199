import uuid

from local_aws.request_identifiers import new_request_id


def test_request_id_is_a_random_uuid() -> None:
    identifiers = [uuid.UUID(new_request_id()) for _ in range(100)]
    assert {each.version for each in identifiers} == {4}
    assert {each.variant for each in identifiers} == {uuid.RFC_4122}
    assert len(set(identifiers)) == len(identifiers)


def test_request_id_is_written_as_a_uuid_is() -> None:
    identifier = new_request_id()
    assert identifier == str(uuid.UUID(identifier))
