from dataclasses import replace

import pytest

from local_aws.lambda_service.function_reference import (
    FunctionReference,
    parse_function_reference,
    short_name,
)
from local_aws.publication import Function


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("greeter", FunctionReference("greeter", None, None, None)),
        ("greeter:live", FunctionReference("greeter", None, None, "live")),
        ("function:greeter", FunctionReference("greeter", None, None, None)),
        (
            "123456789012:function:greeter:7",
            FunctionReference("greeter", None, "123456789012", "7"),
        ),
        (
            "arn:aws:lambda:eu-west-1:123456789012:function:greeter",
            FunctionReference("greeter", "eu-west-1", "123456789012", None),
        ),
        (
            "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:greeter:$LATEST",
            FunctionReference("greeter", "us-gov-west-1", "123456789012", "$LATEST"),
        ),
    ],
)
def test_function_is_named_by_name_or_by_arn(text: str, reference: FunctionReference) -> None:
    assert parse_function_reference(text) == reference


@pytest.mark.parametrize(
    "text", ["", "greeter:", "a b", "arn:aws:s3:::bucket", "greeter:1:2", "x" * 65, "greeter\n"]
)
def test_what_names_no_function_is_told(text: str) -> None:
    assert parse_function_reference(text) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("greeter", True),
        ("greeter:5", True),
        ("other", False),
        ("123456789012:function:greeter", True),
        ("210987654321:function:greeter", False),
        ("arn:aws:lambda:eu-west-1:123456789012:function:greeter", True),
        ("arn:aws:lambda:us-east-1:123456789012:function:greeter", False),
    ],
)
def test_parts_that_are_named_must_agree(greeter: Function, text: str, *, named: bool) -> None:
    reference = parse_function_reference(text)
    assert reference is not None
    assert reference.names(greeter) is named


def test_version_that_has_a_number_is_named_with_it(greeter: Function) -> None:
    assert short_name(greeter) == "greeter"
    assert short_name(replace(greeter, version="7")) == "greeter:7"
