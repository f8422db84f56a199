"""Plan, deploy or destroy infra/ in the AWS account of the caller's credentials.

Nothing is changed before the caller has seen the plan, the account and the Region, and has typed
`yes`. Without a terminal, CONFIRM=yes in the environment says so beforehand.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from local_aws.terraform.__main__ import main as terraform

PROJECT_DIRECTORY = Path(__file__).resolve().parent.parent
CHANGES_EXIT_CODE = 2


class DeploymentError(Exception):
    """Nothing was changed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a deployment goes.

    Attributes:
        account_id: The AWS account.
        caller: ARN of the caller in that account.
        region: The AWS Region.
    """

    account_id: str
    caller: str
    region: str


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="deploy.py", description=__doc__)
    parser.add_argument("action", choices=("plan", "deploy", "destroy"))
    parser.add_argument("--root", type=Path, default=PROJECT_DIRECTORY / "infra", metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        return _run(options.action, options.root, environment)
    except DeploymentError as error:
        print(error, file=sys.stderr)
        return 1


def _run(action: str, root: Path, environment: Mapping[str, str]) -> int:
    confirmed = environment.get("CONFIRM") == "yes"
    if action != "plan" and not confirmed and not sys.stdin.isatty():
        raise DeploymentError(
            f"There is no terminal to ask at; set CONFIRM=yes to {action} all the same."
        )
    target = find_target(environment)
    print(
        f"AWS account {target.account_id}, Region {target.region}, as {target.caller}", flush=True
    )
    # A plan holds every value in the clear: it lies in a private folder, and not for long.
    with tempfile.TemporaryDirectory() as directory:
        plan = Path(directory, "plan")
        changes = _plan(root, plan, destroy=action == "destroy")
        if action == "plan" or not changes:
            return 0
        if not confirmed:
            _ask(action, target)
        return terraform([f"-chdir={root}", "apply", "-input=false", str(plan)])


def find_target(environment: Mapping[str, str]) -> Target:
    """Ask AWS whose credentials these are.

    Raises:
        DeploymentError: there are no valid credentials, or no Region is set.
    """
    try:
        session = boto3.Session()
        # Terraform's provider reads AWS_REGION first; boto3 does not read it at all.
        region = environment.get("AWS_REGION") or session.region_name
        if not region:
            raise DeploymentError(
                "No AWS Region is set; set AWS_REGION, as in AWS_REGION=eu-west-1."
            )
        identity = session.client("sts", region_name=region).get_caller_identity()
    except EndpointConnectionError as error:
        raise DeploymentError(f"AWS cannot be reached: {error}\nIs there a network?") from error
    except (BotoCoreError, ClientError) as error:
        raise DeploymentError(
            f"AWS does not know who you are: {error}\n"
            "Sign in, or set AWS_PROFILE to a profile with valid credentials."
        ) from error
    return Target(identity["Account"], identity["Arn"], region)


def _plan(root: Path, plan: Path, *, destroy: bool) -> bool:
    """Show the plan and write it to `plan`; return whether it changes anything."""
    here = f"-chdir={root}"
    initialized = terraform([here, "init", "-input=false"])
    if initialized != 0:
        raise DeploymentError("terraform init failed; nothing was changed.")
    kind = ["-destroy"] if destroy else []
    exit_code = terraform(
        [here, "plan", "-input=false", "-detailed-exitcode", f"-out={plan}", *kind]
    )
    if exit_code not in {0, CHANGES_EXIT_CODE}:
        raise DeploymentError("terraform plan failed; nothing was changed.")
    return exit_code == CHANGES_EXIT_CODE


def _ask(action: str, target: Target) -> None:
    question = (
        f"\n{action.capitalize()} as planned above, in account {target.account_id}, "
        f"Region {target.region}? Only yes goes on: "
    )
    try:
        answer = input(question)
    except EOFError:
        answer = ""
    if answer.strip() != "yes":
        raise DeploymentError("Nothing was changed.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
