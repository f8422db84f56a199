"""Sources in a real control plane, and a function that does what a test says."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from local_aws.aws_client import AwsClient
from local_aws.event_sources.event_sources import EventSources
from local_aws.event_sources.reader import ReaderServices
from local_aws.event_sources.settings import EventSourceSettings
from local_aws.http1.client import HttpClient
from local_aws.lambda_service.errors import LambdaServiceError
from local_aws.lambda_service.invocation import InvocationResult
from local_aws.publication import EventSourceMapping, Function
from local_aws.role_credentials import RoleCredentials
from tests.local_aws.control_plane.conftest import ControlPlane, running_control_plane

FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:worker"
SETTINGS = EventSourceSettings(
    poll_seconds=0.02, error_seconds=0.05, first_retry_seconds=0.01, longest_retry_seconds=0.02
)
NUMBERS = itertools.count(1)

Answer = Callable[[list[dict[str, Any]]], Any]


class FunctionError(Exception):
    """What an answer raises to be a function that fails."""


@dataclass(slots=True)
class Worker:
    """The mapped function: keeps the records of each event, and answers as a test says."""

    function_arn: str = FUNCTION_ARN
    answer: Answer = lambda _records: None
    events: list[list[dict[str, Any]]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    refusals: list[LambdaServiceError] = field(default_factory=list)
    running: int = 0
    most_running: int = 0
    pause_seconds: float = 0.0

    async def invoke(self, function_arn: str, payload: bytes) -> InvocationResult:
        assert function_arn == self.function_arn
        if self.refusals:
            raise self.refusals.pop(0)
        records = json.loads(payload)["Records"]
        self.events.append(records)
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        try:
            await asyncio.sleep(self.pause_seconds)
            answer = self.answer(records)
        except FunctionError:
            return InvocationResult(b'{"errorMessage": "no"}', "Unhandled", request_id="failed")
        finally:
            self.running -= 1
        return InvocationResult(json.dumps(answer).encode(), None, request_id="done")

    @property
    def bodies(self) -> list[list[str]]:
        return [[each["body"] for each in records] for records in self.events]

    @property
    def keys(self) -> list[list[str]]:
        return [
            [each["dynamodb"]["Keys"]["pk"]["S"] for each in records] for records in self.events
        ]


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    directory = tmp_path_factory.mktemp("sources")
    with running_control_plane(directory, "127.0.0.1:1") as running:
        yield running


@pytest.fixture(scope="session")
def role_arn(sources: ControlPlane) -> str:
    """A role that may read every source, and tell every queue of failures."""
    return create_role(sources, "worker", "sqs:*", "dynamodb:*")


@pytest.fixture
def function(role_arn: str) -> Function:
    return Function(
        name="worker",
        arn=FUNCTION_ARN,
        runtime="python3.13",
        handler="app.handler",
        timeout_seconds=3,
        memory_megabytes=128,
        environment={},
        code_sha256="",
        code_path=Path("code.zip"),
        version="$LATEST",
        log_group="/aws/lambda/worker",
        architecture="x86_64",
        permissions=(),
        role_arn=role_arn,
    )


@pytest.fixture
def worker() -> Worker:
    return Worker()


def create_role(sources: ControlPlane, name: str, *actions: str) -> str:
    iam = sources.client("iam")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trust |= {"Principal": {"Service": "lambda.amazonaws.com"}}  # type: ignore[dict-item]  # JSON
    arn = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]["Arn"]
    allow = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    iam.put_role_policy(
        RoleName=name,
        PolicyName="policy",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
    return str(arn)


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue, to which a test sends messages."""

    client: Any
    url: str
    arn: str

    @classmethod
    def create(cls, sources: ControlPlane, suffix: str = "", **attributes: str) -> "Queue":
        client = sources.client("sqs")
        url = client.create_queue(
            QueueName=f"queue-{next(NUMBERS)}{suffix}", Attributes=attributes
        )["QueueUrl"]
        answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return cls(client, url, answer["Attributes"]["QueueArn"])

    def send(self, *bodies: str, **arguments: Any) -> None:
        for body in bodies:
            self.client.send_message(QueueUrl=self.url, MessageBody=body, **arguments)

    def receive(self) -> list[str]:
        answer = self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        return [each["Body"] for each in answer.get("Messages") or []]

    def count(self) -> int:
        """Return how many messages there are, those in flight too.

        One that comes back while the two kinds are counted is in neither, so it is asked twice.
        """
        return max(self._count(), self._count())

    def invisible(self) -> int:
        """Return how many messages are in flight."""
        return self._number_of("MessagesNotVisible")

    def _count(self) -> int:
        return self._number_of("Messages") + self.invisible()

    def _number_of(self, kind: str) -> int:
        names = [f"ApproximateNumberOf{kind}"]
        answer = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        return int(answer["Attributes"][names[0]])


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a stream, into which a test writes."""

    client: Any
    name: str
    stream_arn: str

    @classmethod
    def create(cls, sources: ControlPlane) -> "Table":
        client, name = sources.client("dynamodb"), f"table-{next(NUMBERS)}"
        table = client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )["TableDescription"]
        return cls(client, name, table["LatestStreamArn"])

    def put(self, *keys: str) -> None:
        for key in keys:
            self.client.put_item(TableName=self.name, Item={"pk": {"S": key}})


def mapping_of(source_arn: str, **settings: Any) -> EventSourceMapping:
    mapping = EventSourceMapping(
        uuid=f"mapping-{next(NUMBERS)}",
        function_arn=FUNCTION_ARN,
        event_source_arn=source_arn,
        is_enabled=True,
        batch_size=10,
    )
    return replace(mapping, **settings)


@asynccontextmanager
async def event_sources(sources: ControlPlane, worker: Worker) -> AsyncIterator[EventSources]:
    http = HttpClient()
    client = AwsClient(http, endpoint_url=sources.endpoint)
    running = EventSources(
        ReaderServices(
            client=client,
            sessions=RoleCredentials(client, region="us-east-1"),
            invoke=worker.invoke,
            output=lambda name, line: worker.lines.append(f"[{name}] {line}"),
            settings=SETTINGS,
        )
    )
    try:
        yield running
    finally:
        await running.close()
        await http.close()


@asynccontextmanager
async def polling(
    sources: ControlPlane,
    worker: Worker,
    function: Function,
    *mappings: EventSourceMapping,
) -> AsyncIterator[EventSources]:
    """Poll for mappings while the block runs."""
    async with event_sources(sources, worker) as running:
        running.update([function], mappings)
        yield running


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what comes true, or else for the time limit of the tests."""
    for _ in itertools.count():
        if await asyncio.to_thread(condition):
            return
        await asyncio.sleep(0.01)


def flattened(groups: Sequence[Sequence[str]]) -> list[str]:
    return [each for group in groups for each in group]
