"""DynamoDB: tables, their indexes and their streams."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from local_aws.control_plane.authorization.call import Call
from local_aws.control_plane.authorization.needs.need import EVERYTHING, Need, arn

_TRANSACTION_ACTIONS: Final[Mapping[str, str]] = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
_NAME: Final = r'(?:"(?P<{0}>[^"]+)"|(?P<bare_{0}>\w+))'
_STATEMENT = re.compile(
    r"\s*(?:(?P<verb>insert\s+into|update|delete\s+from)|select\b.*?\bfrom)\s+"
    + _NAME.format("table")
    + r"(?:\."
    + _NAME.format("index")
    + ")?",
    re.IGNORECASE | re.DOTALL,
)
# What names something by its ARN.
_ARNS: Final = ("ResourceArn", "StreamArn", "BackupArn", "ExportArn", "ImportArn", "TableArn")


def needs(call: Call) -> Iterator[Need]:
    """Yield what a call needs, which for a transaction and PartiQL is what each part needs."""
    parameters = call.parameters
    match call.operation:
        case "TransactGetItems" | "TransactWriteItems":
            for item in parameters.get("TransactItems") or []:
                for kind, part in item.items():
                    action = _TRANSACTION_ACTIONS.get(kind, call.operation)
                    yield Need(f"dynamodb:{action}", _table(call, part))
        case "BatchGetItem" | "BatchWriteItem":
            for table in parameters.get("RequestItems") or {}:
                yield Need(f"dynamodb:{call.operation}", _table(call, {"TableName": table}))
        case "ExecuteStatement":
            yield _statement(call, parameters)
        case "BatchExecuteStatement":
            yield from (_statement(call, each) for each in parameters.get("Statements") or [])
        case "ExecuteTransaction":
            yield from (
                _statement(call, each) for each in parameters.get("TransactStatements") or []
            )
        case operation:
            yield Need(f"dynamodb:{operation}", _resource(call))


def _resource(call: Call) -> str:
    parameters = call.parameters
    if parameters.get("TableName"):
        return _table(call, parameters)
    if iterator := parameters.get("ShardIterator"):
        # moto's iterators, like AWS's, begin with the ARN of the stream.
        return str(iterator).partition("|")[0]
    return next((str(parameters[name]) for name in _ARNS if parameters.get(name)), EVERYTHING)


def _table(call: Call, parameters: Mapping[str, Any]) -> str:
    table = arn(call, parameters["TableName"])
    if not parameters["TableName"].startswith("arn:"):
        table = arn(call, f"table/{parameters['TableName']}")
    index = parameters.get("IndexName")
    return f"{table}/index/{index}" if index else table


def _statement(call: Call, parameters: Mapping[str, Any]) -> Need:
    matched = _STATEMENT.match(parameters.get("Statement") or "")
    if matched is None:
        return Need("dynamodb:PartiQLSelect", EVERYTHING)
    verb = (matched["verb"] or "select").split()[0].capitalize()
    table, index = (matched[name] or matched[f"bare_{name}"] for name in ("table", "index"))
    return Need(f"dynamodb:PartiQL{verb}", _table(call, {"TableName": table, "IndexName": index}))
