import itertools
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.control_plane.conftest import ControlPlane

NUMBERS = itertools.count(1)


@pytest.fixture
def table(control_plane: ControlPlane) -> dict[str, Any]:
    answer = control_plane.client("dynamodb").create_table(
        TableName=f"streamed-{next(NUMBERS)}",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return dict(answer["TableDescription"])


def put(control_plane: ControlPlane, table: dict[str, Any], key: str, value: str = "") -> None:
    control_plane.client("dynamodb").put_item(
        TableName=table["TableName"], Item={"pk": {"S": key}, "value": {"S": value}}
    )


def read(
    control_plane: ControlPlane, table: dict[str, Any], kind: str = "TRIM_HORIZON", **where: str
) -> list[dict[str, Any]]:
    streams, stream_arn = control_plane.client("dynamodbstreams"), table["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=stream_arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=stream_arn, ShardId=shard["ShardId"], ShardIteratorType=kind, **where
    )["ShardIterator"]
    return list(streams.get_records(ShardIterator=iterator)["Records"])


def test_iterator_may_be_used_again_and_leads_to_the_next(
    control_plane: ControlPlane, table: dict[str, Any]
) -> None:
    for key in "abc":
        put(control_plane, table, key)
    streams = control_plane.client("dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=table["LatestStreamArn"])["StreamDescription"][
        "Shards"
    ]
    iterator = streams.get_shard_iterator(
        StreamArn=table["LatestStreamArn"],
        ShardId=shard["ShardId"],
        ShardIteratorType="TRIM_HORIZON",
    )["ShardIterator"]
    assert iterator.startswith(table["LatestStreamArn"])
    for _ in range(2):
        first = streams.get_records(ShardIterator=iterator, Limit=2)
        assert keys(first["Records"]) == ["a", "b"]
    second = streams.get_records(ShardIterator=first["NextShardIterator"])
    assert keys(second["Records"]) == ["c"]
    assert streams.get_records(ShardIterator=second["NextShardIterator"])["Records"] == []


def test_reading_begins_where_the_iterator_says(
    control_plane: ControlPlane, table: dict[str, Any]
) -> None:
    for key in "ab":
        put(control_plane, table, key)
    first = read(control_plane, table)[0]["dynamodb"]["SequenceNumber"]
    at = read(control_plane, table, "AT_SEQUENCE_NUMBER", SequenceNumber=first)
    after = read(control_plane, table, "AFTER_SEQUENCE_NUMBER", SequenceNumber=first)
    assert (keys(at), keys(after)) == (["a", "b"], ["b"])
    assert read(control_plane, table, "LATEST") == []


def test_records_are_of_the_tables_region_and_of_real_changes_only(
    control_plane: ControlPlane, table: dict[str, Any]
) -> None:
    for value in ("one", "one", "two"):
        put(control_plane, table, "a", value)
    records = read(control_plane, table)
    assert [each["eventName"] for each in records] == ["INSERT", "MODIFY"]
    assert {(each["awsRegion"], each["eventVersion"]) for each in records} == {("us-east-1", "1.1")}


def test_table_whose_stream_is_switched_off_can_be_written(
    control_plane: ControlPlane, table: dict[str, Any]
) -> None:
    put(control_plane, table, "a")
    control_plane.client("dynamodb").update_table(
        TableName=table["TableName"], StreamSpecification={"StreamEnabled": False}
    )
    put(control_plane, table, "b")
    assert keys(read(control_plane, table)) == ["a"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"StreamArn": "arn:aws:dynamodb:us-east-1:123456789012:table/missing/stream/1"},
            "NotFound",
        ),
        ({"ShardId": "shardId-00000000000000000000-missing"}, "NotFound"),
        ({"ShardIteratorType": "AT_SEQUENCE_NUMBER"}, "ValidationException"),
    ],
)
def test_place_that_there_is_not_is_refused(
    control_plane: ControlPlane, table: dict[str, Any], wrong: dict[str, str], message: str
) -> None:
    streams, stream_arn = control_plane.client("dynamodbstreams"), table["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=stream_arn)["StreamDescription"]["Shards"]
    right = {
        "StreamArn": stream_arn,
        "ShardId": shard["ShardId"],
        "ShardIteratorType": "TRIM_HORIZON",
    }
    with pytest.raises(ClientError, match=message):
        streams.get_shard_iterator(**right | wrong)


def test_iterator_that_is_none_is_refused(control_plane: ControlPlane) -> None:
    with pytest.raises(ClientError, match="Invalid ShardIterator"):
        control_plane.client("dynamodbstreams").get_records(ShardIterator="arn:aws:nothing")


def keys(records: list[dict[str, Any]]) -> list[str]:
    return [each["dynamodb"]["Keys"]["pk"]["S"] for each in records]
