import time
from collections.abc import Iterator
from typing import Any

import pytest
from moto.dynamodb.models.dynamo_type import DynamoType

from local_aws.control_plane.time_to_live import OLDEST_SECONDS, is_over
from tests.local_aws.control_plane.conftest import ControlPlane, running_control_plane

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("attribute", "over"),
    [
        ({"N": str(int(NOW) - 1)}, True),
        ({"N": str(int(NOW))}, False),
        ({"N": str(int(NOW) + 1)}, False),
        ({"N": str(int(NOW) - OLDEST_SECONDS)}, True),
        ({"N": str(int(NOW) - OLDEST_SECONDS - 1)}, False),
        ({"S": str(int(NOW) - 1)}, False),
        ({"N": "nothing"}, False),
    ],
)
def test_only_a_number_of_seconds_that_passed_in_five_years_is_over(
    attribute: dict[str, str],
    over: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    assert is_over(DynamoType(attribute), NOW) is over


def test_item_without_the_attribute_is_never_over() -> None:
    assert not is_over(None, NOW)


@pytest.fixture(scope="module")
def sweeping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    directory = tmp_path_factory.mktemp("sweeping")
    with running_control_plane(
        directory, "127.0.0.1:1", "--time-to-live-sweep-seconds", "0.05"
    ) as running:
        yield running


@pytest.mark.parametrize("range_key", [False, True])
def test_expired_items_are_deleted_with_the_record_of_the_service(
    sweeping: ControlPlane,
    range_key: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    name = f"table-{range_key}"
    names = ["pk", "sk"] if range_key else ["pk"]
    client = sweeping.client("dynamodb")
    table = client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in names],
        KeySchema=[
            {"AttributeName": each, "KeyType": kind}
            for each, kind in zip(names, ("HASH", "RANGE"), strict=False)
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"},
    )["TableDescription"]
    now = int(time.time())
    times = {"over": now - 10, "not-over": now + 3_600, "too-old": now - OLDEST_SECONDS - 3_600}
    for key, ends in times.items():
        client.put_item(
            TableName=name,
            Item={each: {"S": key} for each in names} | {"ttl": {"N": str(ends)}},
        )
    assert client.scan(TableName=name)["Count"] == 3  # until a sweep, time changes nothing
    client.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    )
    while client.scan(TableName=name)["Count"] == 3:
        time.sleep(0.02)
    left = {item["pk"]["S"] for item in client.scan(TableName=name)["Items"]}
    assert left == {"not-over", "too-old"}
    removed = last_record(sweeping, table["LatestStreamArn"])
    assert (removed["eventName"], removed["dynamodb"]["Keys"]["pk"]) == ("REMOVE", {"S": "over"})
    assert removed["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}


def last_record(control_plane: ControlPlane, stream_arn: str) -> dict[str, Any]:
    streams = control_plane.client("dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=stream_arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=stream_arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    return dict(streams.get_records(ShardIterator=iterator)["Records"][-1])
