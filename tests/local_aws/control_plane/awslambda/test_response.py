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
