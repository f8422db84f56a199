"""A real control plane in a process of its own, and what its tests ask of it."""

import io
import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from local_aws.credentials import ROOT, Credentials
from local_aws.publication import Publication, State, parse_publication

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient

TOKEN = "token-of-the-tests"
GATEWAY_ADDRESS = "127.0.0.1:4567"
ECHO_SOURCE = (
    "def handler(event, context):\n    return {'statusCode': 200, 'body': event.get('body', '')}\n"
)


def zip_of(name: str, source: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), source)
    return content.getvalue()


@dataclass(frozen=True, slots=True)
class Invocation:
    path: str
    headers: Mapping[str, str]
    payload: bytes


@dataclass(slots=True)
class InvokeApi:
    """Lambda's Invoke API as the control plane sees it: records calls, answers what a test set."""

    address: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    payload: bytes = b"null"
    invocations: list[Invocation] = field(default_factory=list)


@pytest.fixture(scope="session")
def running_invoke_api() -> Iterator[InvokeApi]:
    api = InvokeApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payload = self.rfile.read(int(self.headers["Content-Length"]))
            api.invocations.append(Invocation(self.path, dict(self.headers), payload))
            self.send_response(api.status)
            for name, value in api.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(api.payload)))
            self.end_headers()
            self.wfile.write(api.payload)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        api.address = f"127.0.0.1:{server.server_port}"
        yield api
        server.shutdown()
        thread.join()


@pytest.fixture
def invoke_api(running_invoke_api: InvokeApi) -> InvokeApi:
    running_invoke_api.status, running_invoke_api.payload = 200, b"null"
    running_invoke_api.headers = {}
    running_invoke_api.invocations.clear()
    return running_invoke_api


@dataclass(slots=True)
class ControlPlane:
    """A running control plane whose publications go to a file, which can be read at any moment."""

    endpoint: str
    publications_path: Path
    code_directory: Path
    _offset: int = 0
    _state: State = field(default_factory=lambda: State(version=0, apis=(), functions=()))

    def publications(self) -> list[Publication]:
        """Return what was published since the last call."""
        with self.publications_path.open("rb") as file:
            file.seek(self._offset)
            lines = file.readlines()
            self._offset = file.tell()
        publications = [parse_publication(line) for line in lines]
        for publication in publications:
            if isinstance(publication, State):
                self._state = publication
        return publications

    def state(self) -> State:
        """Return the state that was published last."""
        self.publications()
        return self._state

    def client(
        self, service: str, *, region: str = "us-east-1", credentials: Credentials = ROOT
    ) -> Any:
        """Return a client that neither checks its calls nor tries again: AWS's part is tested."""
        return boto3.client(  # type: ignore[call-overload]  # the service is a variable
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.session_token,
            config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
        )


def command(
    *, port: int, publication_fd: int, code_directory: Path, invoke_address: str
) -> list[str]:
    return [
        *(sys.executable, "-m", "local_aws.control_plane"),
        *("--port", str(port)),
        *("--publication-fd", str(publication_fd)),
        *("--code-directory", str(code_directory)),
        *("--gateway-address", GATEWAY_ADDRESS),
        *("--invoke-address", invoke_address),
        *("--region", "us-east-1"),
    ]


@contextmanager
def running_control_plane(
    directory: Path, invoke_address: str, *arguments: str
) -> Iterator[ControlPlane]:
    """Run a control plane on a free port; it must end by itself when its stdin does."""
    publications_path, code_directory = directory / "publications", directory / "code"
    with publications_path.open("wb") as file:
        process = subprocess.Popen(
            [
                *command(
                    port=0,
                    publication_fd=file.fileno(),
                    code_directory=code_directory,
                    invoke_address=invoke_address,
                ),
                *arguments,
            ],
            env={**os.environ, "LOCAL_AWS_TOKEN": TOKEN},
            stdin=subprocess.PIPE,
            pass_fds=(file.fileno(),),
        )
    assert process.stdin is not None
    with process, process.stdin:
        while not (line := publications_path.read_text()).endswith("\n"):
            assert process.poll() is None, "the control plane ended before it was ready"
            time.sleep(0.01)
        yield ControlPlane(json.loads(line)["aws_endpoint"], publications_path, code_directory)
        process.stdin.close()
        assert process.wait(10) == 0


@pytest.fixture(scope="session")
def control_plane(
    running_invoke_api: InvokeApi, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ControlPlane]:
    directory = tmp_path_factory.mktemp("control-plane")
    with running_control_plane(directory, running_invoke_api.address) as running:
        yield running


@pytest.fixture
def apis(control_plane: ControlPlane) -> "ApiGatewayV2Client":
    client: ApiGatewayV2Client = control_plane.client("apigatewayv2")
    return client


@pytest.fixture
def api_id(apis: "ApiGatewayV2Client") -> Iterator[str]:
    """A WebSocket API without any route."""
    api_id = apis.create_api(
        Name="test", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )["ApiId"]
    yield api_id
    apis.delete_api(ApiId=api_id)


@pytest.fixture
def logging_role(control_plane: ControlPlane, role_arn: str) -> Iterator[None]:
    """Let API Gateway write logs while the test runs."""
    account = control_plane.client("apigateway")
    for value in (role_arn, ""):
        account.update_account(
            patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": value}]
        )
        if value:
            yield


@pytest.fixture
def integration_id(apis: "ApiGatewayV2Client", api_id: str) -> str:
    return apis.create_integration(ApiId=api_id, IntegrationType="MOCK")["IntegrationId"]


@pytest.fixture
def route_id(apis: "ApiGatewayV2Client", api_id: str, integration_id: str) -> str:
    """The route $default."""
    return apis.create_route(
        ApiId=api_id, RouteKey="$default", Target=f"integrations/{integration_id}"
    )["RouteId"]


@pytest.fixture
def deployment_id(apis: "ApiGatewayV2Client", api_id: str, route_id: str) -> str:
    assert route_id
    return apis.create_deployment(ApiId=api_id)["DeploymentId"]


@pytest.fixture
def functions(control_plane: ControlPlane) -> "LambdaClient":
    client: LambdaClient = control_plane.client("lambda")
    return client


@pytest.fixture(scope="session")
def role_arn(control_plane: ControlPlane) -> str:
    iam: IAMClient = control_plane.client("iam")
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    return iam.create_role(RoleName="function", AssumeRolePolicyDocument=policy)["Role"]["Arn"]


@pytest.fixture
def create_function(
    functions: "LambdaClient", role_arn: str
) -> Iterator[Callable[..., dict[str, Any]]]:
    """Create a function under a new name, with what a test says beside the least."""
    created: list[str] = []
    numbers = count(1)

    def create(**arguments: Any) -> dict[str, Any]:
        name = f"function-{next(numbers)}"
        response = functions.create_function(
            FunctionName=name,
            **{
                "Runtime": "python3.13",
                "Role": role_arn,
                "Handler": "echo.handler",
                "Code": {"ZipFile": zip_of("echo.py", ECHO_SOURCE)},
                **arguments,
            },
        )
        created.append(name)
        return dict(response)

    yield create
    for name in created:
        functions.delete_function(FunctionName=name)
