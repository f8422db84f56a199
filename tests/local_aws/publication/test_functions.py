from typing import Any

import pytest

from local_aws.publication import Alias, MalformedPublicationError
from local_aws.publication.fields import Fields
from local_aws.publication.functions import parse_alias, parse_function

FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:live"
ALIAS = {"Name": "live", "AliasArn": f"{FUNCTION_ARN}:live", "FunctionVersion": "1"}
ROLE_ARN = "arn:aws:iam::123456789012:role/live"


def alias(**changes: Any) -> Alias:
    return parse_alias(Fields({**ALIAS, **changes}, "alias"))


def test_alias_of_a_function_with_its_own_name_has_the_functions_arn() -> None:
    assert alias() == Alias(name="live", function_arn=FUNCTION_ARN, version="1", weights={})


def test_alias_has_the_share_of_each_other_version() -> None:
    routing = {"AdditionalVersionWeights": {"2": 0.1, "3": 0}}
    assert alias(RoutingConfig=routing).weights == {"2": 0.1, "3": 0.0}


@pytest.mark.parametrize("routing", [None, {}, {"AdditionalVersionWeights": None}])
def test_alias_without_routing_leads_to_one_version(routing: Any) -> None:
    assert alias(RoutingConfig=routing).weights == {}


@pytest.mark.parametrize(
    ("weight", "message"), [("much", "is str; expected a number"), (None, "is missing")]
)
def test_weight_that_is_no_number_is_malformed(weight: Any, message: str) -> None:
    with pytest.raises(MalformedPublicationError, match=rf"AdditionalVersionWeights\.2 {message}"):
        alias(RoutingConfig={"AdditionalVersionWeights": {"2": weight}})


def test_published_version_has_the_functions_arn_and_role() -> None:
    configuration = {
        "FunctionName": "live",
        "FunctionArn": f"{FUNCTION_ARN}:2",
        "Version": "2",
        "Runtime": "python3.13",
        "Handler": "echo.handler",
        "Timeout": 3,
        "MemorySize": 128,
        "CodeSha256": "c2hh",
        "Role": ROLE_ARN,
    }
    document = {"configuration": configuration, "code_path": "/code/c2hh.zip"}
    function = parse_function(Fields(document, "function"))
    assert (function.arn, function.version, function.role_arn) == (FUNCTION_ARN, "2", ROLE_ARN)
