from pathlib import Path
from typing import Any

import pytest

from local_aws.publication import Alias, EventInvokeConfig, Function, MalformedPublicationError
from local_aws.publication.fields import Fields
from local_aws.publication.functions import (
    parse_alias,
    parse_event_invoke_config,
    parse_function,
)

FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:live"
ALIAS = {"Name": "live", "AliasArn": f"{FUNCTION_ARN}:live", "FunctionVersion": "1"}
ROLE_ARN = "arn:aws:iam::123456789012:role/live"
QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:failed"


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


def function(configuration: dict[str, Any] | None = None, **beside: Any) -> Function:
    document = {
        "configuration": {
            "FunctionName": "live",
            "FunctionArn": f"{FUNCTION_ARN}:2",
            "Version": "2",
            "Runtime": "python3.13",
            "Handler": "echo.handler",
            "Timeout": 3,
            "MemorySize": 128,
            "CodeSha256": "c2hh",
            **(configuration or {}),
        },
        "code_path": "/code/c2hh.zip",
        **beside,
    }
    return parse_function(Fields(document, "function"))


def test_published_version_has_the_functions_arn_and_role() -> None:
    published = function({"Role": ROLE_ARN})
    assert (published.arn, published.version, published.role_arn) == (FUNCTION_ARN, "2", ROLE_ARN)


def test_function_has_its_concurrency_dead_letters_and_layers() -> None:
    published = function(
        {"DeadLetterConfig": {"TargetArn": QUEUE_ARN}},
        reserved_concurrency=0,
        layer_paths=["/code/a.zip", "/code/b.zip"],
    )
    assert published.reserved_concurrency == 0
    assert published.dead_letter_arn == QUEUE_ARN
    assert published.layer_paths == (Path("/code/a.zip"), Path("/code/b.zip"))


@pytest.mark.parametrize("configuration", [{}, {"DeadLetterConfig": {}}])
def test_function_has_no_limits_dead_letters_or_layers_unless_they_are_set(
    configuration: dict[str, Any],
) -> None:
    published = function(configuration)
    assert published.reserved_concurrency is None
    assert published.dead_letter_arn is None
    assert published.layer_paths == ()


def test_asynchronous_invocations_have_awss_defaults() -> None:
    fields = Fields({"FunctionArn": f"{FUNCTION_ARN}:live"}, "event_invoke_config")
    assert parse_event_invoke_config(fields) == EventInvokeConfig(
        function_arn=f"{FUNCTION_ARN}:live",
        maximum_retry_attempts=2,
        maximum_event_age_seconds=21_600,
        on_success_arn=None,
        on_failure_arn=None,
    )


def test_asynchronous_invocations_have_their_retries_age_and_destinations() -> None:
    document = {
        "FunctionArn": FUNCTION_ARN,
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 60,
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {"Destination": QUEUE_ARN}},
    }
    assert parse_event_invoke_config(Fields(document, "event_invoke_config")) == EventInvokeConfig(
        function_arn=FUNCTION_ARN,
        maximum_retry_attempts=0,
        maximum_event_age_seconds=60,
        on_success_arn=None,
        on_failure_arn=QUEUE_ARN,
    )
