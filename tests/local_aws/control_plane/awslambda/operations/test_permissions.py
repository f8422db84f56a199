import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def test_statement_id_of_a_policy_is_taken_once(
    create_function: Callable[..., dict[str, Any]], functions: "LambdaClient"
) -> None:
    function = create_function()
    statement: dict[str, Any] = {
        "StatementId": "gateway",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
    }
    functions.add_permission(FunctionName=function["FunctionName"], **statement)
    for name in (function["FunctionName"], function["FunctionArn"]):
        with pytest.raises(
            functions.exceptions.ResourceConflictException,
            match=r"The statement id \(gateway\) provided already exists",
        ):
            functions.add_permission(FunctionName=name, **statement)
    functions.remove_permission(FunctionName=function["FunctionName"], StatementId="gateway")
    functions.add_permission(FunctionName=function["FunctionName"], **statement)


def test_each_qualifier_has_a_policy_of_its_own(
    create_function: Callable[..., dict[str, Any]], functions: "LambdaClient"
) -> None:
    name = create_function(Publish=True)["FunctionName"]
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    statement: dict[str, Any] = {
        "FunctionName": name,
        "StatementId": "gateway",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
    }
    functions.add_permission(**statement)
    functions.add_permission(**statement, Qualifier="live")

    def resources(**qualifier: str) -> list[str]:
        policy = functions.get_policy(FunctionName=name, **qualifier)["Policy"]
        return [each["Resource"].rsplit(":", 1)[-1] for each in json.loads(policy)["Statement"]]

    assert (resources(), resources(Qualifier="live")) == ([name], ["live"])
    functions.remove_permission(FunctionName=name, StatementId="gateway", Qualifier="live")
    assert resources() == [name]
    with pytest.raises(functions.exceptions.ResourceNotFoundException, match="does not exist"):
        resources(Qualifier="live")
    with pytest.raises(
        functions.exceptions.ResourceNotFoundException, match="gateway is not found"
    ):
        functions.remove_permission(FunctionName=name, StatementId="gateway", Qualifier="live")
