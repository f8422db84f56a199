import http.client
import json
from collections.abc import Callable
from contextlib import closing
from http import HTTPStatus
from typing import Any

from local_aws.credentials import Credentials
from tests.local_aws.control_plane.authorization.conftest import TRUST, allow, policy
from tests.local_aws.control_plane.conftest import TOKEN, ControlPlane

Assume = Callable[..., Credentials]


def ask(control_plane: ControlPlane, access_key_id: str) -> Any:
    """Return what the control plane tells of a key, or the status if it tells nothing."""
    connection = http.client.HTTPConnection(control_plane.endpoint.removeprefix("http://"))
    path = f"/_local_aws/principals/{access_key_id}"
    with closing(connection):
        connection.request("GET", path, headers={"X-Local-Aws-Token": TOKEN})
        response = connection.getresponse()
        return json.load(response) if response.status == HTTPStatus.OK else response.status


def test_root_is_the_local_awss_own_key(control_plane: ControlPlane) -> None:
    assert ask(control_plane, "test") == {
        "secret_access_key": "test",
        "session_token": None,
        "expires_at": None,
        "principal": {
            "arn": "arn:aws:iam::123456789012:root",
            "account_id": "123456789012",
            "user_id": "123456789012",
            "caller": "123456789012",
            "role_arn": None,
        },
        "policies": [],
        "permissions_boundary": None,
        "session_policy": None,
        "is_root": True,
    }


def test_session_has_the_policies_of_its_role(control_plane: ControlPlane, assume: Assume) -> None:
    statement = allow("sqs:SendMessage", "*")
    session_policy = policy(allow("sqs:*", "*"))
    credentials = assume(statement, Policy=session_policy, DurationSeconds=900)
    holder = ask(control_plane, credentials.access_key_id)
    assert holder["secret_access_key"] == credentials.secret_access_key
    assert holder["session_token"] == credentials.session_token
    assert holder["expires_at"] > 0
    assert not holder["is_root"]
    assert holder["policies"] == [json.loads(policy(statement))]
    assert holder["session_policy"] == json.loads(session_policy)
    principal = holder["principal"]
    role_name = principal["role_arn"].rpartition("/")[2]
    assert principal["arn"] == (f"arn:aws:sts::123456789012:assumed-role/{role_name}/session")
    assert principal["user_id"] == principal["caller"]
    assert principal["user_id"].endswith(":session")


def test_role_has_attached_policies_and_a_boundary(control_plane: ControlPlane) -> None:
    iam, sts = control_plane.client("iam"), control_plane.client("sts")
    arns = [
        iam.create_policy(PolicyName=name, PolicyDocument=policy(allow(action, "*")))["Policy"][
            "Arn"
        ]
        for name, action in (("attached", "sqs:*"), ("boundary", "sqs:SendMessage"))
    ]
    role = iam.create_role(
        RoleName="bounded", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arns[1]
    )["Role"]
    iam.attach_role_policy(RoleName="bounded", PolicyArn=arns[0])
    session = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="session")["Credentials"]
    holder = ask(control_plane, session["AccessKeyId"])
    assert holder["policies"] == [json.loads(policy(allow("sqs:*", "*")))]
    assert holder["permissions_boundary"] == json.loads(policy(allow("sqs:SendMessage", "*")))
    iam.detach_role_policy(RoleName="bounded", PolicyArn=arns[0])
    assert ask(control_plane, session["AccessKeyId"])["policies"] == []
    iam.delete_role(RoleName="bounded")
    assert ask(control_plane, session["AccessKeyId"]) == 404
    for arn in arns:
        iam.delete_policy(PolicyArn=arn)


def test_user_has_own_and_groups_policies_while_the_key_is_active(
    control_plane: ControlPlane,
) -> None:
    iam = control_plane.client("iam")
    user = iam.create_user(UserName="ann")["User"]
    iam.create_group(GroupName="chat")
    iam.add_user_to_group(UserName="ann", GroupName="chat")
    iam.put_user_policy(
        UserName="ann", PolicyName="own", PolicyDocument=policy(allow("sqs:*", "*"))
    )
    iam.put_group_policy(
        GroupName="chat", PolicyName="all", PolicyDocument=policy(allow("sns:*", "*"))
    )
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    holder = ask(control_plane, key["AccessKeyId"])
    assert holder["secret_access_key"] == key["SecretAccessKey"]
    assert (holder["session_token"], holder["expires_at"]) == (None, None)
    assert holder["principal"]["arn"] == user["Arn"]
    assert holder["policies"] == [
        json.loads(policy(allow(action, "*"))) for action in ("sqs:*", "sns:*")
    ]
    iam.update_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert ask(control_plane, key["AccessKeyId"]) == 404
    iam.delete_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"])
    iam.remove_user_from_group(UserName="ann", GroupName="chat")
    iam.delete_user_policy(UserName="ann", PolicyName="own")
    iam.delete_user(UserName="ann")
    iam.delete_group_policy(GroupName="chat", PolicyName="all")
    iam.delete_group(GroupName="chat")


def test_key_of_nobody_is_not_found(control_plane: ControlPlane) -> None:
    assert ask(control_plane, "AKIANOBODY") == 404
