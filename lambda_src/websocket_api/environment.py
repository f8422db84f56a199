"""The functions' environment variables: this side of the contract with infra/functions.tf."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE_NAME_VARIABLE = "WEBSOCKET_TABLE_NAME"
MANAGEMENT_ENDPOINT_VARIABLE = "WEBSOCKET_MANAGEMENT_ENDPOINT"
CONNECTION_TTL_SECONDS_VARIABLE = "WEBSOCKET_CONNECTION_TTL_SECONDS"
LOG_LEVEL_VARIABLE = "WEBSOCKET_LOG_LEVEL"
FANOUT_QUEUE_URL_VARIABLE = "WEBSOCKET_FANOUT_QUEUE_URL"
FANOUT_THRESHOLD_VARIABLE = "WEBSOCKET_FANOUT_THRESHOLD"
FANOUT_POSTS_PER_SECOND_VARIABLE = "WEBSOCKET_FANOUT_POSTS_PER_SECOND"
METRICS_NAMESPACE_VARIABLE = "WEBSOCKET_METRICS_NAMESPACE"
METRICS_DIMENSIONS_VARIABLE = "WEBSOCKET_METRICS_DIMENSIONS"
FUNCTION_NAME_VARIABLE = "AWS_LAMBDA_FUNCTION_NAME"
"""Set by Lambda, in every execution environment."""
TRACE_HEADER_VARIABLE = "_X_AMZN_TRACE_ID"
"""Set by Lambda's runtime, for each invocation anew."""

AWS_CLIENT_VARIABLE = "WEBSOCKET_AWS_CLIENT"

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
DEFAULT_LOG_LEVEL = "INFO"
SDK = "boto3"
"""That of the ``AWS_CLIENTS`` with which the SDK makes all calls."""
AWS_CLIENTS = ("own", SDK)
DEFAULT_FANOUT_THRESHOLD = 1000
MAXIMUM_FANOUT_THRESHOLD = 5000

_LONGEST_NAME = 255
_LONGEST_DIMENSION_VALUE = 1024
_MOST_DIMENSIONS = 30


class MissingEnvironmentVariable(Exception):
    """A variable that the function needs is absent or empty."""

    def __init__(self, name: str, meaning: str) -> None:
        super().__init__(
            f"The environment variable {name} is not set. The Terraform module sets it on each "
            f"function that needs it (infra/functions.tf); on a function of your own, set it to "
            f"{meaning}."
        )
        self.name = name


class InvalidEnvironmentVariable(Exception):
    """A variable has a value that cannot be used."""

    def __init__(self, name: str, value: str, meaning: str) -> None:
        super().__init__(f"The environment variable {name} is {value!r}; set it to {meaning}.")
        self.name = name


def table_name(environ: Mapping[str, str] = os.environ) -> str:
    """Return the name of the DynamoDB table.

    Raises:
        MissingEnvironmentVariable: WEBSOCKET_TABLE_NAME is absent or empty.
    """
    return _required(environ, TABLE_NAME_VARIABLE, "the name of the API's DynamoDB table")


def management_endpoint(environ: Mapping[str, str] = os.environ) -> str:
    """Return the URL under which ``/@connections`` lies, with no slash at its end.

    Raises:
        MissingEnvironmentVariable: WEBSOCKET_MANAGEMENT_ENDPOINT is absent or empty.
        InvalidEnvironmentVariable: it is no http or https URL.
    """
    meaning = "the https URL of the API's stage, such as the output management_endpoint gives"
    value = _required(environ, MANAGEMENT_ENDPOINT_VARIABLE, meaning)
    if not value.startswith(("https://", "http://")):
        raise InvalidEnvironmentVariable(MANAGEMENT_ENDPOINT_VARIABLE, value, meaning)
    return value.rstrip("/")


def connection_ttl_seconds(environ: Mapping[str, str] = os.environ) -> int:
    """Return how many seconds after its connection opened a row may be deleted by DynamoDB.

    Raises:
        MissingEnvironmentVariable: WEBSOCKET_CONNECTION_TTL_SECONDS is absent or empty.
        InvalidEnvironmentVariable: it is no positive whole number.
    """
    meaning = "a whole number of seconds, more than the 7200 that a connection can last"
    value = _required(environ, CONNECTION_TTL_SECONDS_VARIABLE, meaning)
    return _number(CONNECTION_TTL_SECONDS_VARIABLE, value, meaning, least=1)


def log_level(environ: Mapping[str, str] = os.environ) -> str:
    """Return the least severe level that is logged: INFO unless WEBSOCKET_LOG_LEVEL says other.

    Raises:
        InvalidEnvironmentVariable: WEBSOCKET_LOG_LEVEL is none of DEBUG, INFO, WARNING, ERROR.
    """
    value = environ.get(LOG_LEVEL_VARIABLE) or DEFAULT_LOG_LEVEL
    if value not in LOG_LEVELS:
        raise InvalidEnvironmentVariable(
            LOG_LEVEL_VARIABLE, value, f"one of {', '.join(LOG_LEVELS)}"
        )
    return value


def fanout_queue_url(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the URL of the queue on which broadcasts are put; None sends everything in place.

    Raises:
        InvalidEnvironmentVariable: WEBSOCKET_FANOUT_QUEUE_URL is no http or https URL.
    """
    value = environ.get(FANOUT_QUEUE_URL_VARIABLE)
    if not value:
        return None
    if not value.startswith(("https://", "http://")):
        meaning = "the URL of an SQS queue, or unset it"
        raise InvalidEnvironmentVariable(FANOUT_QUEUE_URL_VARIABLE, value, meaning)
    return value


def fanout_threshold(environ: Mapping[str, str] = os.environ) -> int:
    """Return to how many subscribers a publish sends itself before workers do the rest.

    Raises:
        InvalidEnvironmentVariable: WEBSOCKET_FANOUT_THRESHOLD is no whole number up to 5,000.
    """
    meaning = f"a whole number from 0 to {MAXIMUM_FANOUT_THRESHOLD}"
    value = environ.get(FANOUT_THRESHOLD_VARIABLE) or str(DEFAULT_FANOUT_THRESHOLD)
    return _number(
        FANOUT_THRESHOLD_VARIABLE, value, meaning, least=0, greatest=MAXIMUM_FANOUT_THRESHOLD
    )


def fanout_posts_per_second(environ: Mapping[str, str] = os.environ) -> int:
    """Return how many posts a second one worker may make: its share of the whole budget.

    Raises:
        MissingEnvironmentVariable: WEBSOCKET_FANOUT_POSTS_PER_SECOND is absent or empty.
        InvalidEnvironmentVariable: it is no positive whole number.
    """
    meaning = "a whole number of posts, 1 or more"
    value = _required(environ, FANOUT_POSTS_PER_SECOND_VARIABLE, meaning)
    return _number(FANOUT_POSTS_PER_SECOND_VARIABLE, value, meaning, least=1)


def aws_client(environ: Mapping[str, str] = os.environ) -> str:
    """Return which clients call AWS: own, which are faster, or boto3, the SDK's.

    Raises:
        InvalidEnvironmentVariable: WEBSOCKET_AWS_CLIENT is neither.
    """
    value = environ.get(AWS_CLIENT_VARIABLE) or AWS_CLIENTS[0]
    if value not in AWS_CLIENTS:
        raise InvalidEnvironmentVariable(AWS_CLIENT_VARIABLE, value, " or ".join(AWS_CLIENTS))
    return value


def metrics_namespace(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the namespace of the metrics in CloudWatch; None has none made.

    Raises:
        InvalidEnvironmentVariable: WEBSOCKET_METRICS_NAMESPACE is no namespace of one's own.
    """
    value = environ.get(METRICS_NAMESPACE_VARIABLE)
    if not value:
        return None
    # MetricName and Namespace in PutMetricData; AWS/ is for AWS's own.
    if len(value) > _LONGEST_NAME or not value.isascii() or value.startswith((":", "AWS/")):
        meaning = (
            f"at most {_LONGEST_NAME} ASCII characters that do not begin with a colon or AWS/, "
            f"such as Chat, or unset it"
        )
        raise InvalidEnvironmentVariable(METRICS_NAMESPACE_VARIABLE, value, meaning)
    return value


def metrics_dimensions(environ: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """Return the dimensions of all metrics: none unless WEBSOCKET_METRICS_DIMENSIONS names some.

    Raises:
        InvalidEnvironmentVariable: WEBSOCKET_METRICS_DIMENSIONS is no list of dimensions.
    """
    value = environ.get(METRICS_DIMENSIONS_VARIABLE)
    if not value:
        return {}
    dimensions = {}
    for pair in value.split(","):
        name, _, of = (part.strip() for part in pair.partition("="))
        fits = 0 < len(name) <= _LONGEST_NAME and 0 < len(of) <= _LONGEST_DIMENSION_VALUE
        if not fits or not pair.isascii() or name[0] in ":_" or name in dimensions:
            break
        dimensions[name] = of
    else:
        if len(dimensions) <= _MOST_DIMENSIONS:
            return dimensions
    meaning = f"up to {_MOST_DIMENSIONS} dimensions, such as ApiId=a1b2c3d4e5,Stage=prod"
    raise InvalidEnvironmentVariable(METRICS_DIMENSIONS_VARIABLE, value, meaning)


def trace_header(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return X-Ray's tracing header of the invocation, if X-Ray is to get its trace."""
    value = environ.get(TRACE_HEADER_VARIABLE, "")
    return value if "Sampled=1" in value else None


def is_execution_environment(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether this process is one of Lambda's (Defined runtime environment variables)."""
    return bool(environ.get(FUNCTION_NAME_VARIABLE))


def _number(name: str, value: str, meaning: str, *, least: int, greatest: int | None = None) -> int:
    if value.isascii() and value.isdigit():
        number = int(value)
        if least <= number and (greatest is None or number <= greatest):
            return number
    raise InvalidEnvironmentVariable(name, value, meaning)


def _required(environ: Mapping[str, str], name: str, meaning: str) -> str:
    value = environ.get(name)
    if not value:
        raise MissingEnvironmentVariable(name, meaning)
    return value
