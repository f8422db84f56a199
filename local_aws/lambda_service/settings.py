"""What the Lambda service is told by whoever starts it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local_aws.places import PLACES

REQUIREMENTS = PLACES.runtime_requirements


def keep_host(_host: str) -> str | None:
    """Leave every host as it is."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaSettings:
    """Where functions find their AWS, and how many may run.

    Attributes:
        region: The AWS Region that functions see.
        aws_endpoint_url: Where the AWS SDK of a function sends its calls.
        cache_directory: Its `runtimes` keeps Pythons that had to be installed, between runs.
        management_endpoint_url: Where its ApiGatewayManagementApi client sends them, if elsewhere.
        rewrite_host: Given the host of an API in an environment variable of a function, returns the
            `host:port` that serves this API here, or None to leave it alone.
        proxy_url: What a function's HTTPS_PROXY is, to reach that API by its names on AWS.
        trusted_certificates: The authorities that a function trusts in TLS, if not the public ones.
        requirements: Pinned packages of AWS's Python runtime, for environments to be installed.
        maximum_environments_per_function: How many invocations of one function may run at once.
        maximum_environments: How many of all functions together.
        scale_out_delay_seconds: How long an invocation waits, for each environment that is there,
            before one more is started, which costs more than most invocations take.
        queue_seconds: How long an invocation may wait for an environment to start running in.
        idle_seconds: After how long without work environments are stopped; a function keeps its
            most recent one.
        initialization_seconds: The limit of the Init phase.
        asynchronous_retry_delays_seconds: How long an asynchronous invocation is put off after its
            first error, and after each later one; AWS has one minute, then two.
        cold_start_seconds: How much later than it could the first event of an environment begins,
            as a fault that is injected.
        shows_platform_lines: Whether START, END and REPORT lines are put out.
    """

    region: str
    aws_endpoint_url: str
    cache_directory: Path
    management_endpoint_url: str | None = None
    rewrite_host: Callable[[str], str | None] = keep_host
    proxy_url: str | None = None
    trusted_certificates: Path | None = None
    requirements: Path = REQUIREMENTS
    maximum_environments_per_function: int = 10
    maximum_environments: int = 30
    scale_out_delay_seconds: float = 0.02
    queue_seconds: float = 29.0
    idle_seconds: float = 60.0
    initialization_seconds: float = 10.0
    asynchronous_retry_delays_seconds: tuple[float, ...] = (60.0, 120.0)
    cold_start_seconds: float = 0.0
    shows_platform_lines: bool = True
