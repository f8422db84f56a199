import base64
import io
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto.awslambda.exceptions import InvalidParameterValueException, ValidationException

from local_aws.control_plane.awslambda import limits
from tests.local_aws.control_plane.conftest import zip_of

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

CreateFunction = Callable[..., dict[str, Any]]


def test_environment_of_4_kilobytes_is_taken() -> None:
    limits.check_environment({"A": "x" * (limits.MAXIMUM_ENVIRONMENT_BYTES - 1)})


@pytest.mark.parametrize(
    "variables",
    [
        {"A": "x" * limits.MAXIMUM_ENVIRONMENT_BYTES},
        {"A": "é" * (limits.MAXIMUM_ENVIRONMENT_BYTES // 2)},
        {f"NAME_{number:04}": "" for number in range(500)},
    ],
    ids=["value", "two-byte characters", "names"],
)
def test_larger_environment_is_refused_without_telling_it(variables: dict[str, str]) -> None:
    with pytest.raises(InvalidParameterValueException, match="exceeded the 4KB limit") as caught:
        limits.check_environment(variables)
    assert "xx" not in caught.value.message


def test_reserved_variables_are_refused_by_name() -> None:
    with pytest.raises(
        InvalidParameterValueException,
        match="Reserved keys used in this request: AWS_REGION, LAMBDA_TASK_ROOT",
    ) as caught:
        limits.check_environment({"LAMBDA_TASK_ROOT": "secret", "AWS_REGION": "", "MINE": ""})
    assert "secret" not in caught.value.message


def test_code_from_elsewhere_is_not_looked_at() -> None:
    limits.check_code({"S3Bucket": "bucket", "S3Key": "key"})


@pytest.mark.parametrize("content", [b"bm8gemlw", b"%%%"], ids=["no zip", "no base64"])
def test_code_that_is_no_zip_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidParameterValueException, match="Could not unzip uploaded file"):
        limits.check_code({"ZipFile": content})


def test_code_over_250_megabytes_unzipped_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("zeros", b"")
    # The directory entry alone says how large a file is, so none has to be made.
    with zipfile.ZipFile(content, "a") as archive:
        archive.getinfo("zeros").file_size = limits.MAXIMUM_UNZIPPED_BYTES + 1
        archive.writestr("one", b"")
    with pytest.raises(InvalidParameterValueException, match="Unzipped size must be smaller"):
        limits.check_code({"ZipFile": base64.b64encode(content.getvalue())})


@pytest.mark.parametrize("logging_config", [{}, {"LogFormat": "JSON"}, {"LogFormat": "Text"}])
def test_log_formats_of_lambda_are_taken(logging_config: dict[str, str]) -> None:
    limits.check_logging(logging_config)


def test_other_log_format_is_refused() -> None:
    with pytest.raises(ValidationException, match=r"Value 'XML' at 'loggingConfig\.logFormat'"):
        limits.check_logging({"LogFormat": "XML"})


def test_function_beyond_the_limits_is_not_created(
    create_function: CreateFunction, functions: "LambdaClient"
) -> None:
    for refused in (
        {"Environment": {"Variables": {"AWS_REGION": "x"}}},
        {"Code": {"ZipFile": b"no zip"}},
    ):
        with pytest.raises(functions.exceptions.InvalidParameterValueException):
            create_function(**refused)
    with pytest.raises(ClientError, match="ValidationException"):
        create_function(LoggingConfig={"LogFormat": "XML"})
    assert functions.list_functions()["Functions"] == []


def test_function_is_not_changed_beyond_the_limits(
    create_function: CreateFunction, functions: "LambdaClient"
) -> None:
    before = create_function()
    name = before["FunctionName"]
    with pytest.raises(functions.exceptions.InvalidParameterValueException):
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {"AWS_REGION": "x"}}
        )
    with pytest.raises(functions.exceptions.InvalidParameterValueException):
        functions.update_function_code(FunctionName=name, ZipFile=b"no zip")
    after = dict(functions.get_function_configuration(FunctionName=name))
    assert "Environment" not in after
    assert after["CodeSha256"] == before["CodeSha256"]
    functions.update_function_code(FunctionName=name, ZipFile=zip_of("a.py", ""))
