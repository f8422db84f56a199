from typing import Any

import pytest

from local_aws.api_gateway.authorization.principal import parse_principal
from local_aws.policies.policy_document import Access
from tests.local_aws.api_gateway.authorization.given import allowing, principal
from tests.local_aws.api_gateway.given import ACCOUNT_ID

INVOKE = "execute-api:Invoke"
RESOURCE = f"arn:aws:execute-api:us-east-1:{ACCOUNT_ID}:abc123/prod/$connect"
DOCUMENT: dict[str, Any] = {
    "secret_access_key": "secret",
    "session_token": "token",
    "expires_at": 1_800_000_000,
    "principal": {
        "arn": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/chat/session",
        "account_id": ACCOUNT_ID,
        "user_id": "AROAEXAMPLE:session",
        "caller": "AROAEXAMPLE:session",
        "role_arn": f"arn:aws:iam::{ACCOUNT_ID}:role/chat",
    },
    "policies": [
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    ],
    "permissions_boundary": None,
    "session_policy": None,
    "is_root": False,
}


def test_answer_of_the_control_plane_is_read() -> None:
    found = parse_principal("ASIAEXAMPLE", DOCUMENT)
    assert found.expires_at == 1_800_000_000
    assert found.may(Access(INVOKE, RESOURCE))
    assert found.identity == {
        "accessKey": "ASIAEXAMPLE",
        "accountId": ACCOUNT_ID,
        "caller": "AROAEXAMPLE:session",
        "user": "AROAEXAMPLE:session",
        "userArn": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/chat/session",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"secret_access_key": None},
        {"principal": None},
        {"principal": {"arn": "a"}},
        {"policies": [{"Version": "2012-10-17"}]},
        {"policies": "*"},
        {"expires_at": "soon"},
    ],
)
def test_answer_that_is_none_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"principal|policy"):
        parse_principal("ASIAEXAMPLE", DOCUMENT | changes)


def test_secrets_do_not_show() -> None:
    assert "secret" not in repr(parse_principal("ASIAEXAMPLE", DOCUMENT)).replace("secret_", "")
    assert "'token'" not in repr(parse_principal("ASIAEXAMPLE", DOCUMENT))


def test_without_a_policy_nothing_is_allowed_but_to_root() -> None:
    assert not principal().may(Access(INVOKE, RESOURCE))
    assert principal(is_root=True).may(Access(INVOKE, RESOURCE))


@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        (RESOURCE, True),
        (RESOURCE.replace("$connect", "*"), True),
        (RESOURCE.replace("prod", "dev"), False),
        (RESOURCE.replace("us-east-1", "eu-west-1"), False),
    ],
)
def test_policy_is_evaluated_on_the_very_resource(resource: str, *, allowed: bool) -> None:
    assert allowing(INVOKE, resource).may(Access(INVOKE, RESOURCE)) is allowed


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT_ID}:user/ada"),
        ("aws:PrincipalAccount", ACCOUNT_ID),
        ("aws:PrincipalType", "User"),
        ("aws:userid", "AIDAEXAMPLE"),
        ("aws:username", "ada"),
        ("aws:SourceIp", "192.0.2.1"),
    ],
)
def test_conditions_know_who_asks_and_from_where(key: str, value: str) -> None:
    statement = {
        "Effect": "Allow",
        "Action": INVOKE,
        "Resource": "*",
        "Condition": {"StringEquals": {key: value}},
    }
    policies = [{"Version": "2012-10-17", "Statement": [statement]}]
    identity = {
        "arn": f"arn:aws:iam::{ACCOUNT_ID}:user/ada",
        "account_id": ACCOUNT_ID,
        "user_id": "AIDAEXAMPLE",
        "caller": "AIDAEXAMPLE",
    }
    found = parse_principal("AKIA", DOCUMENT | {"policies": policies, "principal": identity})
    assert found.may(Access(INVOKE, RESOURCE, {"aws:sourceip": "192.0.2.1"}))
    session = dict.fromkeys((*identity, "role_arn"), "other")
    other = parse_principal("ASIA", DOCUMENT | {"policies": policies, "principal": session})
    assert not other.may(Access(INVOKE, RESOURCE, {"aws:sourceip": "192.0.2.2"}))


@pytest.mark.parametrize("name", ["permissions_boundary", "session_policy"])
def test_boundary_and_policy_of_the_session_have_to_allow_it_too(name: str) -> None:
    for action, allowed in ((INVOKE, True), ("execute-api:ManageConnections", False)):
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        document = DOCUMENT | {name: {"Version": "2012-10-17", "Statement": [statement]}}
        assert parse_principal("ASIA", document).may(Access(INVOKE, RESOURCE)) is allowed


def test_session_is_known_to_conditions_by_its_role() -> None:
    role_arn = DOCUMENT["principal"]["role_arn"]
    condition = {"StringEquals": {"aws:PrincipalArn": role_arn, "aws:PrincipalType": "AssumedRole"}}
    statement = {"Effect": "Allow", "Action": INVOKE, "Resource": "*", "Condition": condition}
    document = DOCUMENT | {"policies": [{"Version": "2012-10-17", "Statement": [statement]}]}
    assert parse_principal("ASIA", document).may(Access(INVOKE, RESOURCE))
