"""`python -m local_aws.control_plane`: the control plane as a process that its parent owns."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the control plane until it is told to end; return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m local_aws.control_plane", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1; 0: a free one")
    parser.add_argument(
        "--publication-fd", type=int, required=True, help="descriptor for JSON lines of state"
    )
    parser.add_argument(
        "--code-directory", type=Path, required=True, help="folder for the functions' zips"
    )
    parser.add_argument("--gateway-address", required=True, help="host:port of the WebSocket APIs")
    parser.add_argument(
        "--invoke-address", required=True, help="host:port of the execution environments"
    )
    parser.add_argument("--region", default="us-east-1", help="Region of calls that name none")
    parser.add_argument(
        "--time-to-live-sweep-seconds",
        type=float,
        default=60.0,
        help="how often items whose time to live is over are deleted",
    )
    parser.add_argument(
        "--alarm-interval", type=float, default=2.0, help="seconds between evaluations of alarms"
    )
    parser.add_argument("--verbose", action="store_true", help="log each call to stderr")
    parsed = parser.parse_args(arguments)
    _forget_aws_configuration()
    # Most roots attach one of AWS's own policies, such as AWSLambdaBasicExecutionRole.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    # No DNS record will ever show whose a domain is, so a certificate is issued at once.
    os.environ["MOTO_ACM_VALIDATION_WAIT"] = "0"

    from local_aws.control_plane.server import Settings, run  # noqa: PLC0415 - moto reads its environment on import

    return run(
        Settings(
            port=parsed.port,
            publication_fd=parsed.publication_fd,
            code_directory=parsed.code_directory,
            gateway_address=parsed.gateway_address,
            invoke_address=parsed.invoke_address,
            region=parsed.region,
            time_to_live_sweep_seconds=parsed.time_to_live_sweep_seconds,
            token=os.environ.pop("LOCAL_AWS_TOKEN", ""),
            alarm_interval_seconds=parsed.alarm_interval,
            verbose=parsed.verbose,
        )
    )


def _forget_aws_configuration() -> None:
    """Drop the caller's AWS settings: a profile that is not there would break botocore."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


if __name__ == "__main__":
    sys.exit(main())
