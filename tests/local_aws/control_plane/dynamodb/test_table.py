from collections.abc import Iterator
from typing import Any

import pytest
from moto.dynamodb.models.dynamo_type import DynamoType

from local_aws.control_plane.dynamodb.table import Table
from tests.local_aws.control_plane.conftest import ControlPlane


@pytest.fixture(scope="module")
def client(control_plane: ControlPlane) -> Iterator[Any]:
    client = control_plane.client("dynamodb")
    client.create_table(
        TableName="partitions",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in "psi"],
        KeySchema=[
            {"AttributeName": "p", "KeyType": "HASH"},
            {"AttributeName": "s", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "index",
                "KeySchema": [{"AttributeName": "i", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    for partition in ("one", "two"):
        for sort in ("c", "a", "b"):
            item = {"p": {"S": partition}, "s": {"S": sort}, "i": {"S": sort}}
            client.put_item(TableName="partitions", Item=item)
    yield client
    client.delete_table(TableName="partitions")


def sorts(client: Any, partition: str, **options: Any) -> list[str]:
    answer = client.query(
        TableName="partitions",
        KeyConditionExpression="p = :p",
        ExpressionAttributeValues={":p": {"S": partition}},
        **options,
    )
    assert {item["p"]["S"] for item in answer["Items"]} <= {partition}
    return [item["s"]["S"] for item in answer["Items"]]


def test_query_finds_the_items_of_its_partition_in_order(client: Any) -> None:
    assert sorts(client, "one") == ["a", "b", "c"]
    assert sorts(client, "one", ScanIndexForward=False) == ["c", "b", "a"]
    assert sorts(client, "none") == []


def test_pages_follow_one_another(client: Any) -> None:
    assert sorts(client, "two", Limit=2) == ["a", "b"]
    start = {"p": {"S": "two"}, "s": {"S": "b"}}
    assert sorts(client, "two", Limit=2, ExclusiveStartKey=start) == ["c"]


def test_query_of_an_index_finds_the_items_of_all_partitions(client: Any) -> None:
    answer = client.query(
        TableName="partitions",
        IndexName="index",
        KeyConditionExpression="i = :i",
        ExpressionAttributeValues={":i": {"S": "b"}},
    )
    assert sorted(item["p"]["S"] for item in answer["Items"]) == ["one", "two"]


class Untouchable(dict[Any, Any]):
    """A partition that must not be read."""

    def values(self) -> Any:
        raise AssertionError("another partition was read")


def test_other_partitions_are_not_looked_at() -> None:
    schema = [
        {"AttributeName": "p", "KeyType": "HASH"},
        {"AttributeName": "s", "KeyType": "RANGE"},
    ]
    table: Any = Table(  # type: ignore[abstract] # CloudFormation's methods are never called
        "partitions",
        account_id="123456789012",
        region="us-east-1",
        schema=schema,
        attr=[{"AttributeName": name, "AttributeType": "S"} for name in "ps"],
    )
    table.put_item({"p": {"S": "one"}, "s": {"S": "a"}})
    table.items[DynamoType({"S": "two"})] = Untouchable()
    found, _, _ = table.query(
        hash_key=DynamoType({"S": "one"}),
        range_comparison=None,
        range_objs=[],
        limit=10,
        exclusive_start_key=None,
        scan_index_forward=True,
        projection_expressions=[],
    )
    assert [item.range_key.value for item in found if item.range_key] == ["a"]
