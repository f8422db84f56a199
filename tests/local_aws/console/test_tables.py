from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import boto3
import pytest

from local_aws.aws_client import AwsClient, AwsClientError
from local_aws.console.tables import MAXIMUM_ITEMS, Tables, plain
from local_aws.http1.client import HttpClient

REGION = "eu-central-1"


@asynccontextmanager
async def tables_at(endpoint: str) -> AsyncIterator[Tables]:
    http = HttpClient()
    yield Tables(AwsClient(http, endpoint_url=endpoint), region=REGION)
    await http.close()


def make_table(endpoint: str, name: str, items: int) -> None:
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(items):
        dynamodb.put_item(TableName=name, Item={"pk": {"S": str(number)}, "n": {"N": "1.50"}})


async def test_items_are_shown_with_the_keys_of_their_table(moto_endpoint: str) -> None:
    make_table(moto_endpoint, "few", 1)
    async with tables_at(moto_endpoint) as tables:
        assert "few" in await tables.names()
        assert await tables.items("few") == {
            "keys": ["pk"],
            "items": [{"pk": "0", "n": "1.50"}],
            "hasMore": False,
        }


async def test_of_many_items_some_are_shown(moto_endpoint: str) -> None:
    make_table(moto_endpoint, "many", MAXIMUM_ITEMS + 1)
    async with tables_at(moto_endpoint) as tables:
        shown = await tables.items("many")
    assert (len(shown["items"]), shown["hasMore"]) == (MAXIMUM_ITEMS, True)


async def test_table_that_is_not_there_is_named(moto_endpoint: str) -> None:
    async with tables_at(moto_endpoint) as tables:
        with pytest.raises(AwsClientError, match="dynamodb:Scan was refused"):
            await tables.items("gone")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"S": "text"}, "text"),
        ({"N": "17"}, 17),
        ({"N": "-2.5"}, -2.5),
        ({"N": "9007199254740993"}, "9007199254740993"),
        ({"N": "12345678901234567890.5"}, "12345678901234567890.5"),
        ({"N": "1.50"}, "1.50"),
        ({"N": "1.0"}, "1.0"),
        ({"N": "1E+400"}, "1E+400"),
        ({"N": "+5"}, "+5"),
        ({"BOOL": False}, False),
        ({"NULL": True}, None),
        ({"L": [{"N": "1"}, {"M": {"a": {"S": "b"}}}]}, [1, {"a": "b"}]),
        ({"SS": ["a", "b"]}, ["a", "b"]),
        ({"NS": ["1", "2.5"]}, [1, 2.5]),
        ({"B": "Z3LDvA=="}, "grü"),
        ({"BS": ["/w==", "YQ=="]}, ["base64:/w==", "a"]),
    ],
)
def test_values_are_shown_without_their_types(value: dict[str, Any], shown: object) -> None:
    assert plain(value) == shown
