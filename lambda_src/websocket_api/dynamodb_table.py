"""The table in DynamoDB, over a low-level client: our own or the SDK's."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from websocket_api import keys
from websocket_api.table import Absent, ConditionFailed, Equals, Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from websocket_api.aws.dynamodb import DynamoDB
    from websocket_api.table import Condition, Key, Row, Value


class DynamoDBTable:
    """A ``Table`` in DynamoDB.

    Attributes that are neither texts nor whole numbers are left out of the rows that it returns:
    something else than this package wrote them. ``clients.errors()`` names what a failed call
    raises.
    """

    def __init__(self, client: DynamoDB | DynamoDBClient, *, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def get(
        self, key: Key, *, attributes: Sequence[str] = (), consistent: bool = True
    ) -> Row | None:
        """Return the row under a key: one GetItem."""
        expressions = _Expressions()
        answer = self._client.get_item(
            TableName=self._table_name,
            Key=_key(key),
            ConsistentRead=consistent,
            **expressions.projection(attributes),
            **expressions.arguments(),
        )
        item = answer.get("Item")
        return None if item is None else _row(item)

    def put(self, row: Row, *, condition: Condition | None = None) -> None:
        """Write a whole row: one PutItem."""
        expressions = _Expressions()
        with _raising_condition_failed(self._client):
            self._client.put_item(
                TableName=self._table_name,
                Item={name: _attribute_value(value) for name, value in row.items()},
                **expressions.condition(condition),
                **expressions.arguments(),
            )

    def update(
        self,
        key: Key,
        *,
        values: Row | None = None,
        defaults: Row | None = None,
        increments: Mapping[str, int] | None = None,
        condition: Condition | None = None,
    ) -> Row:
        """Change attributes of a row and return all of it: one UpdateItem."""
        expressions = _Expressions()
        with _raising_condition_failed(self._client):
            answer = self._client.update_item(
                TableName=self._table_name,
                Key=_key(key),
                ReturnValues="ALL_NEW",
                **expressions.update(values or {}, defaults or {}, increments or {}),
                **expressions.condition(condition),
                **expressions.arguments(),
            )
        return _row(answer["Attributes"])

    def delete(self, key: Key, *, condition: Condition | None = None) -> None:
        """Remove the row under a key: one DeleteItem."""
        expressions = _Expressions()
        with _raising_condition_failed(self._client):
            self._client.delete_item(
                TableName=self._table_name,
                Key=_key(key),
                **expressions.condition(condition),
                **expressions.arguments(),
            )

    def query(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        start: str | None = None,
        limit: int | None = None,
        attributes: Sequence[str] = (),
    ) -> Page:
        """Return one page of a partition's rows: one Query."""
        expressions = _Expressions()
        parameters: dict[str, Any] = {
            "TableName": self._table_name,
            "ConsistentRead": True,
            **expressions.key_condition(partition, between),
            **expressions.projection(attributes),
            **expressions.arguments(),
        }
        if start is not None:
            parameters["ExclusiveStartKey"] = {
                keys.PARTITION_KEY: {"S": partition},
                keys.SORT_KEY: {"S": start},
            }
        if limit is not None:
            parameters["Limit"] = limit
        answer = self._client.query(**parameters)
        last = answer.get("LastEvaluatedKey")
        return Page(
            rows=tuple(_row(item) for item in answer["Items"]),
            next=None if last is None else last[keys.SORT_KEY]["S"],
        )


class _Expressions:
    """The expressions of one call, with a placeholder for every name: many of them are reserved."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, AttributeValueTypeDef] = {}

    def arguments(self) -> dict[str, Any]:
        """Return what the placeholders stand for; DynamoDB refuses empty maps."""
        arguments: dict[str, Any] = {}
        if self._names:
            arguments["ExpressionAttributeNames"] = {
                placeholder: name for name, placeholder in self._names.items()
            }
        if self._values:
            arguments["ExpressionAttributeValues"] = self._values
        return arguments

    def projection(self, attributes: Sequence[str]) -> dict[str, Any]:
        if not attributes:
            return {}
        return {"ProjectionExpression": ", ".join(self._name(name) for name in attributes)}

    def key_condition(self, partition: str, between: tuple[str, str] | None) -> dict[str, Any]:
        expression = f"{self._name(keys.PARTITION_KEY)} = {self._value(partition)}"
        if between is not None:
            least, greatest = (self._value(sort_key) for sort_key in between)
            expression += f" AND {self._name(keys.SORT_KEY)} BETWEEN {least} AND {greatest}"
        return {"KeyConditionExpression": expression}

    def condition(self, condition: Condition | None) -> dict[str, Any]:
        if condition is None:
            return {}
        if isinstance(condition, Absent):
            expression = f"attribute_not_exists({self._name(keys.PARTITION_KEY)})"
        else:
            name, value = self._name(condition.attribute), self._value(condition.value)
            if isinstance(condition, Equals):
                expression = f"{name} = {value}"
            else:
                expression = f"attribute_not_exists({name}) OR {name} < {value}"
        return {"ConditionExpression": expression}

    def update(self, values: Row, defaults: Row, increments: Mapping[str, int]) -> dict[str, Any]:
        settings = [f"{self._name(name)} = {self._value(value)}" for name, value in values.items()]
        for attribute, value in defaults.items():
            name = self._name(attribute)
            settings.append(f"{name} = if_not_exists({name}, {self._value(value)})")
        additions = [f"{self._name(name)} {self._value(n)}" for name, n in increments.items()]
        clauses = []
        if settings:
            clauses.append(f"SET {', '.join(settings)}")
        if additions:
            clauses.append(f"ADD {', '.join(additions)}")
        return {"UpdateExpression": " ".join(clauses)}

    def _name(self, name: str) -> str:
        return self._names.setdefault(name, f"#{len(self._names)}")

    def _value(self, value: Value) -> str:
        placeholder = f":{len(self._values)}"
        self._values[placeholder] = _attribute_value(value)
        return placeholder


@contextmanager
def _raising_condition_failed(client: DynamoDB | DynamoDBClient) -> Iterator[None]:
    try:
        yield
    except client.exceptions.ConditionalCheckFailedException as error:
        raise ConditionFailed from error


def _key(key: Key) -> dict[str, AttributeValueTypeDef]:
    return {keys.PARTITION_KEY: {"S": key.partition}, keys.SORT_KEY: {"S": key.sort}}


def _attribute_value(value: Value) -> AttributeValueTypeDef:
    return {"S": value} if isinstance(value, str) else {"N": str(value)}


def _row(item: Mapping[str, AttributeValueTypeDef]) -> Row:
    row: dict[str, Value] = {}
    for name, value in item.items():
        if "S" in value:
            row[name] = value["S"]
        elif "N" in value and value["N"].lstrip("-").isdigit():
            row[name] = int(value["N"])
    return row
