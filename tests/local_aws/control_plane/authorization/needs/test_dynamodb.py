from typing import Any

import pytest

from tests.local_aws.control_plane.authorization.needs.given import PLACE, needed

TABLE = f"arn:aws:dynamodb:{PLACE}:table/rows"
OTHER = f"arn:aws:dynamodb:{PLACE}:table/other"
STREAM = f"{TABLE}/stream/2026-01-01T00:00:00.000"


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("PutItem", {"TableName": "rows"}, [("dynamodb:PutItem", TABLE)]),
        ("PutItem", {"TableName": OTHER}, [("dynamodb:PutItem", OTHER)]),
        (
            "Query",
            {"TableName": "rows", "IndexName": "by-user"},
            [("dynamodb:Query", f"{TABLE}/index/by-user")],
        ),
        ("Scan", {"TableName": "rows"}, [("dynamodb:Scan", TABLE)]),
        (
            "BatchWriteItem",
            {"RequestItems": {"rows": [], "other": []}},
            [("dynamodb:BatchWriteItem", TABLE), ("dynamodb:BatchWriteItem", OTHER)],
        ),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "rows"}},
                    {"ConditionCheck": {"TableName": "other"}},
                ]
            },
            [("dynamodb:PutItem", TABLE), ("dynamodb:ConditionCheckItem", OTHER)],
        ),
        (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": "rows"}}]},
            [("dynamodb:GetItem", TABLE)],
        ),
        ("ListTables", {}, [("dynamodb:ListTables", "*")]),
        ("TagResource", {"ResourceArn": TABLE}, [("dynamodb:TagResource", TABLE)]),
        ("DescribeStream", {"StreamArn": STREAM}, [("dynamodb:DescribeStream", STREAM)]),
        ("GetRecords", {"ShardIterator": f"{STREAM}|1|x"}, [("dynamodb:GetRecords", STREAM)]),
    ],
)
def test_call_needs_its_tables(
    operation: str, parameters: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert needed("dynamodb", operation, **parameters) == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ('SELECT * FROM "rows" WHERE pk = ?', ("dynamodb:PartiQLSelect", TABLE)),
        ("select pk\nfrom rows.users", ("dynamodb:PartiQLSelect", f"{TABLE}/index/users")),
        ('SELECT * FROM "rows"."by-user"', ("dynamodb:PartiQLSelect", f"{TABLE}/index/by-user")),
        ("INSERT INTO rows VALUE {'pk': 'a'}", ("dynamodb:PartiQLInsert", TABLE)),
        ('UPDATE "rows" SET a = 1', ("dynamodb:PartiQLUpdate", TABLE)),
        ("DELETE FROM rows WHERE pk = 'a'", ("dynamodb:PartiQLDelete", TABLE)),
        ("EXISTS(...)", ("dynamodb:PartiQLSelect", "*")),
    ],
)
def test_statement_needs_its_table(statement: str, expected: tuple[str, str]) -> None:
    each = {"Statement": statement}
    assert needed("dynamodb", "ExecuteStatement", **each) == [expected]
    assert needed("dynamodb", "BatchExecuteStatement", Statements=[each]) == [expected]
    assert needed("dynamodb", "ExecuteTransaction", TransactStatements=[each]) == [expected]
