"""What Lambda refuses in a function's code, environment and logging configuration."""

import base64
import binascii
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, ValidationException

# AWS's "Lambda quotas".
MAXIMUM_ENVIRONMENT_BYTES = 4 * 1024
MAXIMUM_UNZIPPED_BYTES = 250 * 1024 * 1024

# AWS's "Working with Lambda environment variables": what the runtime defines itself.
RESERVED_VARIABLES = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SECRET_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }
)


def check_environment(variables: Mapping[str, str]) -> None:
    """Refuse reserved names and more than 4 KB; the message never holds a value."""
    reserved = sorted(RESERVED_VARIABLES & variables.keys())
    if reserved:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided contains reserved keys that are currently not supported "
            f"for modification. Reserved keys used in this request: {', '.join(reserved)}"
        )
    size = sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
    if size > MAXIMUM_ENVIRONMENT_BYTES:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided exceeded the 4KB limit."
        )


def check_code(code: Mapping[str, Any]) -> None:
    """Refuse a `ZipFile` that is no zip or is too large unzipped; other sources pass."""
    if "ZipFile" not in code:
        return
    try:
        content = base64.b64decode(code["ZipFile"])
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unzipped_bytes = sum(entry.file_size for entry in archive.infolist())
    except (binascii.Error, zipfile.BadZipFile):
        raise InvalidParameterValueException(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from None
    if unzipped_bytes > MAXIMUM_UNZIPPED_BYTES:
        raise InvalidParameterValueException(
            f"Unzipped size must be smaller than {MAXIMUM_UNZIPPED_BYTES} bytes"
        )


def check_logging(logging_config: Mapping[str, str]) -> None:
    """Refuse a log format that Lambda does not write."""
    log_format = logging_config.get("LogFormat", "Text")
    if log_format not in {"JSON", "Text"}:
        raise ValidationException(
            log_format,
            "loggingConfig.logFormat",
            "Member must satisfy enum value set: [JSON, Text]",
        )
