import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.credentials import ROOT, Credentials
from tests.local_aws.control_plane.authorization.conftest import allow, deny
from tests.local_aws.control_plane.conftest import ControlPlane

Assume = Callable[..., Credentials]
MakeRole = Callable[..., str]

ACCOUNT = "arn:aws:iam::123456789012:root"
MAY_ASSUME = allow("sts:AssumeRole", "*")


@pytest.fixture
def make_role(control_plane: ControlPlane) -> Iterator[MakeRole]:
    """Make the role `trusting`, which trusts a principal under conditions; return its ARN."""
    iam = control_plane.client("iam")

    def make(principal: object, **more: Any) -> str:
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        role = iam.create_role(RoleName="trusting", AssumeRolePolicyDocument=document)["Role"]
        return str(role["Arn"])

    yield make
    iam.delete_role(RoleName="trusting")


def assume_role(
    control_plane: ControlPlane, role_arn: str, credentials: Credentials, **more: Any
) -> str:
    """Return the ARN of the session."""
    sts = control_plane.client("sts", credentials=credentials)
    user = sts.assume_role(RoleArn=role_arn, RoleSessionName="next", **more)["AssumedRoleUser"]
    return str(user["Arn"])


def role_of(control_plane: ControlPlane, credentials: Credentials) -> str:
    arn = control_plane.client("sts", credentials=credentials).get_caller_identity()["Arn"]
    return f"arn:aws:iam::123456789012:role/{arn.split('/')[1]}"


def test_role_that_is_not_there_can_be_assumed_by_nobody(control_plane: ControlPlane) -> None:
    arn = "arn:aws:iam::123456789012:role/nothing"
    with pytest.raises(ClientError) as caught:
        assume_role(control_plane, arn, ROOT)
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDenied"
    assert error["Message"] == (
        f"User: {ACCOUNT} is not authorized to perform: sts:AssumeRole on resource: {arn}"
    )


@pytest.mark.parametrize("principal", ["*", {"AWS": "123456789012"}, {"AWS": [ACCOUNT]}])
def test_trusted_account_decides_who_may(
    control_plane: ControlPlane, assume: Assume, make_role: MakeRole, principal: object
) -> None:
    arn = make_role(principal)
    session = assume_role(control_plane, arn, assume(MAY_ASSUME))
    assert session == "arn:aws:sts::123456789012:assumed-role/trusting/next"
    with pytest.raises(ClientError, match="sts:AssumeRole on resource"):
        assume_role(control_plane, arn, assume())


def test_principal_that_is_trusted_by_name_needs_no_policy(
    control_plane: ControlPlane, assume: Assume, make_role: MakeRole
) -> None:
    credentials = assume()
    arn = make_role({"AWS": role_of(control_plane, credentials)})
    assert assume_role(control_plane, arn, credentials)


def test_explicit_deny_stops_a_trusted_principal_too(
    control_plane: ControlPlane, assume: Assume, make_role: MakeRole
) -> None:
    credentials = assume(deny("sts:AssumeRole", "*"))
    arn = make_role({"AWS": role_of(control_plane, credentials)})
    with pytest.raises(ClientError, match="sts:AssumeRole on resource"):
        assume_role(control_plane, arn, credentials)


@pytest.mark.parametrize(
    "principal",
    [
        {"Service": "lambda.amazonaws.com"},
        {"AWS": "arn:aws:iam::123456789012:role/another"},
        {"AWS": "arn:aws:iam::111111111111:root"},
    ],
)
def test_policy_is_worth_nothing_without_trust(
    control_plane: ControlPlane, assume: Assume, make_role: MakeRole, principal: object
) -> None:
    with pytest.raises(ClientError, match="sts:AssumeRole on resource"):
        assume_role(control_plane, make_role(principal), assume(MAY_ASSUME))


def test_trust_may_ask_for_an_external_id(
    control_plane: ControlPlane, assume: Assume, make_role: MakeRole
) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "secret"}}
    arn, credentials = make_role({"AWS": ACCOUNT}, Condition=condition), assume(MAY_ASSUME)
    assert assume_role(control_plane, arn, credentials, ExternalId="secret")
    with pytest.raises(ClientError, match="sts:AssumeRole on resource"):
        assume_role(control_plane, arn, credentials, ExternalId="guess")
