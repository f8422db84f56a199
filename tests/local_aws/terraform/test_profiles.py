"""Profiles of a real account, named in a root: the credentials that Terraform signs with."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.terraform.binary import Binary
from local_aws.terraform.command import Terraform, TerraformError
from local_aws.terraform.environment import local_environment
from local_aws.terraform.working_directory import WorkingDirectory

pytestmark = pytest.mark.stacks


class Sts(http.server.BaseHTTPRequestHandler):
    """GetCallerIdentity of AWS's Security Token Service; notes the access keys that it saw."""

    access_keys: set[str]

    def do_POST(self) -> None:
        credential = self.headers["Authorization"].partition("Credential=")[2]
        self.access_keys.add(credential.partition("/")[0])
        body = (
            b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            b"<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/test</Arn>"
            b"<UserId>AIDATEST</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
            b"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
            b"</GetCallerIdentityResponse>"
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep the terminal quiet."""


@pytest.fixture
def sts() -> Iterator[http.server.ThreadingHTTPServer]:
    Sts.access_keys = set()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sts) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def account_environment(
    tmp_path: Path, terraform_environment: dict[str, str], sts: http.server.ThreadingHTTPServer
) -> dict[str, str]:
    """Environment of somebody with credentials of a real account, turned to loopback."""
    credentials = tmp_path / "home/.aws/credentials"
    credentials.parent.mkdir(parents=True)
    credentials.write_text(
        "[production]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n"
    )
    home = {"HOME": str(tmp_path / "home"), "AWS_PROFILE": "production"}
    return local_environment(
        terraform_environment | home,
        aws_endpoint=f"http://127.0.0.1:{sts.server_address[1]}",
        region="us-east-1",
    )


def write_root(root: Path, profile: str) -> Path:
    root.mkdir()
    (root / "main.tf").write_text(
        'variable "profile" {\n  default = "production"\n}\n'
        f'provider "aws" {{\n  region  = "eu-west-1"\n  profile = {profile}\n}}\n'
        'data "aws_caller_identity" "me" {}\n'
        'output "account" {\n  value = data.aws_caller_identity.me.account_id\n}\n'
    )
    return root


def test_profile_that_a_provider_block_names_gets_dummy_credentials(
    tmp_path: Path, terraform_binary: Binary, account_environment: dict[str, str]
) -> None:
    with WorkingDirectory(write_root(tmp_path / "root", '"production"')) as directory:
        environment = directory.environment(account_environment)
        terraform = Terraform(terraform_binary.path, directory.path, environment)
        terraform.init()
        terraform.apply()
        assert terraform.output()["account"] == "123456789012"

    assert Sts.access_keys == {"test"}


def test_profile_that_a_variable_names_fails_clearly_and_calls_nobody(
    tmp_path: Path, terraform_binary: Binary, account_environment: dict[str, str]
) -> None:
    with WorkingDirectory(write_root(tmp_path / "root", "var.profile")) as directory:
        environment = directory.environment(account_environment)
        terraform = Terraform(terraform_binary.path, directory.path, environment)
        terraform.init()
        with pytest.raises(TerraformError, match="failed to get shared config profile, production"):
            terraform.plan()

    assert not Sts.access_keys
