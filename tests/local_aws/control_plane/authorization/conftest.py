"""Users and sessions of roles, and the clients of a control plane that call as them."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from local_aws.credentials import Credentials
from tests.local_aws.control_plane.conftest import ControlPlane

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "lambda.amazonaws.com"},
            }
        ],
    }
)
_NUMBERS = count(1)


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


@pytest.fixture
def assume(control_plane: ControlPlane) -> Iterator[Callable[..., Credentials]]:
    """Make a role with these statements and return the credentials of a session of it."""
    iam, sts = control_plane.client("iam"), control_plane.client("sts")
    names: list[str] = []

    def of_session(*statements: dict[str, Any], **session: Any) -> Credentials:
        name = f"role-{next(_NUMBERS)}"
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]
        names.append(name)
        if statements:
            iam.put_role_policy(
                RoleName=name, PolicyName="inline", PolicyDocument=policy(*statements)
            )
        credentials = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="session", **session)[
            "Credentials"
        ]
        return Credentials(
            credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
        )

    yield of_session
    for name in names:
        for inline in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=inline)
        iam.delete_role(RoleName=name)
