"""The command line of ``python -m local_aws``: arguments in, ``StackSettings`` out."""

import argparse
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local_aws.api_gateway.settings import GatewaySettings
from local_aws.faults import NO_FAULTS, Faults

DESCRIPTION = """\
Apply a Terraform root to an AWS on 127.0.0.1 and serve its WebSocket API.
Terraform, the handlers' zip and AWS's Python runtime client are the real ones;
nothing is written into the root, and everything ends with this command."""

LOOPBACK = "127.0.0.1"
HIGHEST_PORT = 65535
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600}
DEFAULTS = GatewaySettings()


@dataclass(frozen=True, slots=True)
class StackSettings:
    """What to serve, and where.

    Attributes:
        root: Folder of the Terraform root to apply.
        host: IPv4 address of this machine on which the WebSocket API and ``@connections`` are
            served, 0.0.0.0 being all of them; everything else stays on 127.0.0.1.
        port: Their port; 0 takes a free one.
        aws_port: Port of the AWS endpoint on 127.0.0.1; 0 takes a free one.
        region: AWS Region for a root whose provider block names none.
        stage_variables: Values that replace stage variables of every stage.
        terraform_variables: Values of the root's input variables, as Terraform's ``-var``.
        variable_files: Files with values of input variables, as Terraform's ``-var-file``.
        ready_file: Where to write the addresses, as JSON, once the API accepts connections.
        watch: Whether files that are saved go live.
        quiet: Whether to print of requests only those that have failed.
        verbose: Whether to also print Lambda's START, END and REPORT lines, AWS calls and all that
            Terraform says, and what functions log as it is.
        time_to_live_sweep_seconds: How often items whose time to live is over are deleted.
        gateway: Limits of the WebSocket API, and what of AWS it leaves out on request.
        faults: What is to go wrong.
    """

    root: Path
    host: str = LOOPBACK
    port: int = 4567
    aws_port: int = 4566
    region: str = "us-east-1"
    stage_variables: dict[str, str] = field(default_factory=dict)
    terraform_variables: dict[str, str] = field(default_factory=dict)
    variable_files: tuple[Path, ...] = ()
    ready_file: Path | None = None
    watch: bool = False
    quiet: bool = False
    verbose: bool = False
    time_to_live_sweep_seconds: float = 60.0
    gateway: GatewaySettings = DEFAULTS
    faults: Faults = NO_FAULTS

    @property
    def own_host(self) -> str:
        """The address at which this machine itself finds the WebSocket API."""
        return LOOPBACK if ipaddress.IPv4Address(self.host).is_unspecified else self.host

    @property
    def exposure(self) -> str | None:
        """Who but this machine can reach the WebSocket API, as a warning; None if nobody can."""
        address = ipaddress.IPv4Address(self.host)
        if address.is_loopback:
            return None
        where = "this machine, at any of its addresses," if address.is_unspecified else self.host
        return (
            f"Warning: whoever can reach {where} can use the WebSocket API and, as everybody knows "
            "the key of local_aws, its @connections: that is what --host does."
        )


def parse_command_line(arguments: Sequence[str]) -> StackSettings:
    """Parse ``arguments``; print usage and exit with code 2 when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m local_aws",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "root",
        nargs="?",
        default=Path("infra"),
        type=Path,
        metavar="ROOT",
        help="folder of the Terraform root (default: infra)",
    )
    parser.add_argument(
        "--host",
        default=LOOPBACK,
        type=_host,
        metavar="ADDRESS",
        help="address of this machine to serve the WebSocket API on (default: 127.0.0.1; "
        "0.0.0.0: all of them); everything else stays on 127.0.0.1",
    )
    parser.add_argument(
        "--port",
        default=4567,
        type=_port,
        help="port of the WebSocket API (default: 4567; 0: a free one)",
    )
    parser.add_argument(
        "--aws-port",
        default=4566,
        type=_port,
        help="port of the AWS endpoint on 127.0.0.1 (default: 4566; 0: a free one)",
    )
    parser.add_argument(
        "--region",
        default="us-east-1",
        help="AWS Region for a root whose provider block names none (default: us-east-1)",
    )
    parser.add_argument(
        "--stage-var",
        action="append",
        default=[],
        type=_assignment,
        metavar="NAME=VALUE",
        help="replace a stage variable; may be repeated",
    )
    parser.add_argument(
        "--var",
        action="append",
        default=[],
        type=_assignment,
        metavar="NAME=VALUE",
        help="set an input variable of the root, as Terraform's -var; may be repeated",
    )
    parser.add_argument(
        "--var-file",
        action="append",
        default=[],
        type=_existing_file,
        metavar="FILE",
        help="read input variables from a file, as Terraform's -var-file; may be repeated",
    )
    parser.add_argument(
        "--ttl-sweep",
        default=60.0,
        type=_duration,
        metavar="TIME",
        help="how often expired items of DynamoDB are deleted, as in 1s (default: 1m)",
    )
    parser.add_argument(
        "--ready-file",
        type=_new_file,
        metavar="PATH",
        help="write the addresses to PATH, as JSON, once the API accepts connections",
    )
    parser.add_argument(
        "--watch",
        action="store_true",
        help="have a saved source file live at once, and a saved .tf file applied",
    )
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument(
        "--quiet",
        action="store_true",
        help="print of requests only those that have failed",
    )
    amount.add_argument(
        "--verbose",
        action="store_true",
        help="also print Lambda's START, END and REPORT lines, the calls to the AWS endpoint and "
        "all that Terraform says, and what functions log as it is",
    )
    _add_gateway_options(parser)
    _add_fault_options(parser)
    parsed = parser.parse_args(arguments)
    if not parsed.root.is_dir():
        parser.error(
            f"there is no folder {str(parsed.root)!r}; name the folder of a Terraform root"
        )
    if not any((*parsed.root.glob("*.tf"), *parsed.root.glob("*.tf.json"))):
        parser.error(f"the folder {str(parsed.root)!r} holds no .tf file; name a Terraform root")
    if parsed.port == parsed.aws_port != 0:
        parser.error("--port and --aws-port are the same; give each a port of its own")
    return StackSettings(
        root=parsed.root,
        host=parsed.host,
        port=parsed.port,
        aws_port=parsed.aws_port,
        region=parsed.region,
        stage_variables=dict(parsed.stage_var),
        terraform_variables=dict(parsed.var),
        variable_files=tuple(parsed.var_file),
        ready_file=parsed.ready_file,
        watch=parsed.watch,
        quiet=parsed.quiet,
        verbose=parsed.verbose,
        time_to_live_sweep_seconds=parsed.ttl_sweep,
        gateway=GatewaySettings(
            idle_timeout_seconds=parsed.idle_timeout,
            maximum_lifetime_seconds=parsed.max_lifetime,
            maximum_parallel_messages=1 if parsed.serial else DEFAULTS.maximum_parallel_messages,
            verify_signatures=not parsed.no_verify_signatures,
        ),
        faults=Faults(drop_disconnect=parsed.drop_disconnect, **dict(parsed.fault)),
    )


def _add_gateway_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("options of the WebSocket API")
    group.add_argument(
        "--idle-timeout",
        default=DEFAULTS.idle_timeout_seconds,
        type=_duration,
        metavar="TIME",
        help="close a connection on which nothing was sent for so long, as in 5s (default: 10m)",
    )
    group.add_argument(
        "--max-lifetime",
        default=DEFAULTS.maximum_lifetime_seconds,
        type=_duration,
        metavar="TIME",
        help="close a connection after so long, as in 30s (default: 2h)",
    )
    group.add_argument(
        "--serial",
        action="store_true",
        help="handle the messages of a connection one after the other",
    )
    group.add_argument(
        "--no-verify-signatures",
        action="store_true",
        help="take calls of @connections unsigned, and from anybody",
    )


def _add_fault_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "faults", "What AWS does now and then, on request; the terminal tells each time."
    )
    group.add_argument(
        "--drop-disconnect",
        default=0.0,
        type=_share,
        metavar="SHARE",
        help="share of connections whose $disconnect never comes, as in 0.1",
    )
    group.add_argument(
        "--fault",
        action="append",
        default=[],
        type=_fault,
        metavar="NAME=VALUE",
        help="slow-connect=2s: connections open so much later; gone-race=0.05: share of posts that "
        "find an open connection gone, each connection once; throttled-post=0.1: share of posts "
        "answered with 429; slow-post=15ms: posts are answered so much later; cold-start=3s: the "
        "first event of each execution environment begins so much later; may be repeated",
    )


def _host(argument: str) -> str:
    try:
        return str(ipaddress.IPv4Address(argument))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{argument!r} is no IPv4 address; use one of this machine, or 0.0.0.0 for all of them"
        ) from None


def _port(argument: str) -> int:
    if not argument.isdecimal() or int(argument) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{argument!r} is no port; use 0 to {HIGHEST_PORT}")
    return int(argument)


def _duration(argument: str) -> float:
    """Return the seconds of a time such as 500ms, 5s, 10m or 2h; a number alone is seconds."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)?", argument)
    if found is None or (seconds := float(found[1]) * SECONDS[found[2] or "s"]) <= 0:
        raise argparse.ArgumentTypeError(f"{argument!r} is no time such as 500ms, 5s, 10m or 2h")
    return seconds


def _share(argument: str) -> float:
    try:
        share = float(argument)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{argument!r} is no share from 0 to 1, such as 0.1")
    return share


def _fault(argument: str) -> tuple[str, float]:
    """Return the field of `Faults` that is meant, and its value."""
    name, _, value = argument.partition("=")
    match name:
        case "slow-connect":
            return "slow_connect_seconds", _duration(value)
        case "slow-post":
            return "slow_post_seconds", _duration(value)
        case "cold-start":
            return "cold_start_seconds", _duration(value)
        case "gone-race":
            return "gone_race", _share(value)
        case "throttled-post":
            return "throttled_post", _share(value)
    raise argparse.ArgumentTypeError(
        f"{argument!r} is no fault; use slow-connect=2s, gone-race=0.05, throttled-post=0.1, "
        "slow-post=15ms or cold-start=3s"
    )


def _assignment(argument: str) -> tuple[str, str]:
    name, equals, value = argument.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{argument!r} is not of the form NAME=VALUE")
    return name, value


def _new_file(argument: str) -> Path:
    path = Path(argument)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{argument!r} is no file in a folder that is there")
    return path


def _existing_file(argument: str) -> Path:
    path = Path(argument)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {argument!r}")
    return path
