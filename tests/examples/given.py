"""An example as its reader has it: applied to a local AWS, used, changed, and destroyed."""

import io
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

from local_aws.command_line import StackSettings
from local_aws.stack import Stack
from tests.end_to_end.given import REPOSITORY, SESSION, serving

EXAMPLES = REPOSITORY / "examples"

# What each service lists of a user's own things: the operation, and where they are in its answer.
LISTINGS = (
    ("acm", "list_certificates", "CertificateSummaryList"),
    ("apigateway", "get_api_keys", "items"),
    ("apigateway", "get_usage_plans", "items"),
    ("apigatewayv2", "get_apis", "Items"),
    ("apigatewayv2", "get_domain_names", "Items"),
    ("cloudwatch", "describe_alarms", "MetricAlarms"),
    ("cloudwatch", "list_dashboards", "DashboardEntries"),
    ("dynamodb", "list_tables", "TableNames"),
    ("iam", "list_roles", "Roles"),
    ("lambda", "list_event_source_mappings", "EventSourceMappings"),
    ("lambda", "list_functions", "Functions"),
    ("logs", "describe_log_groups", "logGroups"),
    ("route53", "list_hosted_zones", "HostedZones"),
    ("sns", "list_topics", "Topics"),
    ("sqs", "list_queues", "QueueUrls"),
)


class Example:
    """An example that is applied and served, from a copy of its folder that may be edited."""

    def __init__(self, stack: Stack, folder: Path, variables: Mapping[str, str]) -> None:
        self.stack = stack
        self._folder = folder
        self._variables: dict[str, Any] = dict(variables)

    def client(self, service: Any) -> Any:
        """Return a client of an AWS service."""
        return SESSION.client(service, endpoint_url=self.stack.services.aws_endpoint)

    def rows(self) -> list[Any]:
        """Return what is in the example's one table."""
        (table,) = self.client("dynamodb").list_tables()["TableNames"]
        return list(self.client("dynamodb").scan(TableName=table)["Items"])

    def connect(self, url: str | None = None, **options: Any) -> ClientConnection:
        """Connect as a client; whatever host `url` names is looked for at the local gateway."""
        address = urlsplit(self.stack.addresses[0].websocket_url)
        gateway = socket.create_connection((address.hostname, address.port))
        client: ClientConnection = connect(url or address.geturl(), sock=gateway, **options)
        return client

    def exchange(self, *messages: str, **options: Any) -> list[Any]:
        """Send messages on one connection and return what each is answered."""
        answers = []
        with self.connect(**options) as client:
            for message in messages:
                client.send(message)
                answers.append(client.recv(timeout=10))
        return answers

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the only `old` in a file of the example."""
        path = self._folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def apply(self, **variables: Any) -> dict[str, str]:
        """Apply what was edited, and `variables`; return what that did to which address."""
        self._variables |= variables
        return self.stack.terraform.apply(self._variables)

    def is_up_to_date(self) -> bool:
        """Tell whether a plan is empty."""
        return not self.stack.terraform.plan(self._variables)

    def destroy(self) -> None:
        """Remove what was applied."""
        self.stack.terraform.destroy(self._variables)

    def what_is_left(self) -> list[Any]:
        """Return whatever of the example is still in AWS or in Terraform's state.

        The log group of execution logs is not the example's: API Gateway makes it by itself.
        """
        execution_logs = {
            f"/aws/apigateway/{stage.api_id}/{stage.stage_name}" for stage in self.stack.addresses
        }
        listed = [
            one
            for service, operation, key in LISTINGS
            for one in getattr(self.client(service), operation)().get(key, ())
            if not isinstance(one, dict) or one.get("logGroupName") not in execution_logs
        ]
        return [*self.stack.terraform.resources(), *listed]


@contextmanager
def example(name: str, directory: Path, **variables: str) -> Iterator[Example]:
    """Serve a copy of an example; after its use a plan is empty, and a destroy leaves nothing."""
    folder = _copy(name, directory)
    settings = StackSettings(root=folder, port=0, aws_port=0, terraform_variables=variables)
    with serving(settings, io.StringIO()) as stack:
        running = Example(stack, folder, variables)
        yield running
        assert running.is_up_to_date(), "a second plan is not empty"
        running.destroy()
        left = running.what_is_left()
        assert not left, f"a destroy leaves {left}"


def _copy(name: str, directory: Path) -> Path:
    """Copy an example into a repository that is otherwise this one."""
    for path in REPOSITORY.iterdir():
        if path.name != EXAMPLES.name:
            (directory / path.name).symlink_to(path)
    folder = directory / EXAMPLES.name / name
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns(".terraform*"))
    return folder
