import json
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.local_aws.control_plane.conftest import TOKEN, ControlPlane


def call(
    control_plane: ControlPlane, path: str, *, method: str = "GET", token: str = TOKEN
) -> tuple[int, object]:
    request = Request(  # noqa: S310 - loopback
        f"{control_plane.endpoint}/_local_aws/{path}",
        method=method,
        headers={"X-Local-Aws-Token": token},
    )
    try:
        with urlopen(request) as response:  # noqa: S310 - loopback
            return response.status, json.load(response)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.parametrize("token", ["", "guess"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "principals/test"), ("POST", "time_to_live/1800000000")]
)
def test_who_does_not_know_the_token_is_told_nothing(
    control_plane: ControlPlane, method: str, path: str, token: str
) -> None:
    assert call(control_plane, path, method=method, token=token) == (
        HTTPStatus.FORBIDDEN,
        {"message": "Forbidden"},
    )


def test_key_of_nobody_is_not_found(control_plane: ControlPlane) -> None:
    assert call(control_plane, "principals/AKIANOBODY")[0] == HTTPStatus.NOT_FOUND


def test_items_that_expire_by_a_time_are_deleted_at_once(control_plane: ControlPlane) -> None:
    client = control_plane.client("dynamodb")
    client.create_table(
        TableName="swept",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    client.update_time_to_live(
        TableName="swept", TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": True}
    )
    for key, ttl in ("soon", "1900000000"), ("later", "1900000002"):
        client.put_item(TableName="swept", Item={"pk": {"S": key}, "ttl": {"N": ttl}})
    answer = call(control_plane, "time_to_live/1900000001.5", method="POST")
    assert answer == (HTTPStatus.OK, {"deleted": 1})
    assert [item["pk"]["S"] for item in client.scan(TableName="swept")["Items"]] == ["later"]
    client.delete_table(TableName="swept")


def test_sweep_needs_a_time(control_plane: ControlPlane) -> None:
    status, answer = call(control_plane, "time_to_live/tomorrow", method="POST")
    assert status == HTTPStatus.BAD_REQUEST
    assert answer == {"message": "'tomorrow' is no time; give seconds since the epoch."}


@pytest.mark.parametrize(("method", "path"), [("POST", "principals/test"), ("GET", "other")])
def test_other_calls_are_not_found(control_plane: ControlPlane, method: str, path: str) -> None:
    assert call(control_plane, path, method=method)[0] == HTTPStatus.NOT_FOUND
