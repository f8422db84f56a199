from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lambda_src.given import TABLE_NAME
from websocket_api import clients
from websocket_api.dynamodb_table import DynamoDBTable
from websocket_api.table import Key

if TYPE_CHECKING:
    from tests.lambda_src.given import Table as GivenTable

KEY = Key("p", "s")


@pytest.fixture
def dynamodb_table() -> DynamoDBTable:
    return DynamoDBTable(clients.dynamodb(), table_name=TABLE_NAME)


def test_each_method_is_one_call_of_one_operation(
    table: GivenTable, dynamodb_table: DynamoDBTable
) -> None:
    dynamodb_table.put({"pk": "p", "sk": "s"})
    dynamodb_table.get(KEY)
    dynamodb_table.update(KEY, values={"a": 1})
    dynamodb_table.query("p")
    dynamodb_table.delete(KEY)
    assert table.operations == ["PutItem", "GetItem", "UpdateItem", "Query", "DeleteItem"]


@pytest.mark.parametrize("name", ["user", "ttl", "offset", "data", "count", "a-b", "a.b"])
def test_reserved_and_odd_names_can_be_attributes(
    table: GivenTable, dynamodb_table: DynamoDBTable, name: str
) -> None:
    dynamodb_table.update(KEY, values={name: 1})
    assert dynamodb_table.get(KEY, attributes=(name,)) == {name: 1}
    assert table.rows() == [{"pk": {"S": "p"}, "sk": {"S": "s"}, name: {"N": "1"}}]


def test_attributes_that_something_else_wrote_are_left_out(
    table: GivenTable, dynamodb_table: DynamoDBTable
) -> None:
    table.client.put_item(
        TableName=TABLE_NAME,
        Item={
            "pk": {"S": "p"},
            "sk": {"S": "s"},
            "list": {"L": [{"S": "x"}]},
            "fraction": {"N": "1.5"},
            "whole": {"N": "-15"},
            "flag": {"BOOL": True},
        },
    )
    assert dynamodb_table.get(KEY) == {"pk": "p", "sk": "s", "whole": -15}


def test_reads_are_consistent_unless_asked_otherwise(
    table: GivenTable, dynamodb_table: DynamoDBTable
) -> None:
    dynamodb_table.get(KEY)
    dynamodb_table.query("p")
    dynamodb_table.get(KEY, consistent=False)
    reads = [call.parameters["ConsistentRead"] for call in table.calls.made]
    assert reads == [True, True, False]


def test_failure_of_dynamodb_is_raised(dynamodb_table: DynamoDBTable) -> None:
    with pytest.raises(clients.errors()) as caught:
        dynamodb_table.put({"pk": "p", "sk": "s"})
    assert clients.error_code(caught.value) == "ResourceNotFoundException"
