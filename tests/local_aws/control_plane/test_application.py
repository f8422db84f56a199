import http.client
import io
import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.control_plane.application import (
    ControlPlaneApplication,
    may_change_state,
    refusal_of,
)
from local_aws.control_plane.private_calls import PrivateCalls
from tests.local_aws.control_plane.conftest import ControlPlane

Environ = dict[str, Any]


def call(
    *, method: str = "POST", service: str | None = "apigateway", path: str = "/v2/apis", **more: str
) -> Environ:
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_HOST": "127.0.0.1:4566", **more}
    if service is not None:
        environ["HTTP_AUTHORIZATION"] = (
            f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, "
            "SignedHeaders=host, Signature=00"
        )
    return environ


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:4566", "127.0.0.2", "localhost", "LOCALHOST:4566", "[::1]:4566", "b.localhost:1"],
)
def test_program_on_this_machine_may_call(host: str) -> None:
    assert refusal_of(call(HTTP_HOST=host)) is None


@pytest.mark.parametrize(
    "host",
    ["", "example.com", "example.com:4566", "localhost.example.com", "192.0.2.1", "[::2]", "[x"],
)
def test_other_host_is_refused_by_name(host: str) -> None:
    refusal = refusal_of(call(HTTP_HOST=host))
    assert refusal is not None
    assert f"Host {host} is not this machine" in refusal


def test_caller_of_connections_is_sent_to_the_api() -> None:
    refusal = refusal_of(call(service="execute-api", path="/@connections/c1"))
    assert refusal is not None
    assert "as its endpoint_url" in refusal


@pytest.mark.parametrize(
    "header",
    [
        {"HTTP_ORIGIN": "https://example.com"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
    ],
)
def test_web_page_may_not_call(header: dict[str, str]) -> None:
    refusal = refusal_of(call(**header))
    assert refusal is not None
    assert "Web pages may not call the local AWS" in refusal


def test_address_typed_into_a_browser_may_call() -> None:
    assert refusal_of(call(HTTP_SEC_FETCH_SITE="none")) is None


@pytest.mark.parametrize("path", ["/moto-api", "/moto-api/reset", "/moto-api/data.json"])
def test_motos_own_api_is_off(path: str) -> None:
    refusal = refusal_of(call(path=path))
    assert refusal is not None
    assert "moto's own API is off" in refusal


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (call(), True),
        (call(method="PATCH"), True),
        (call(method="DELETE"), True),
        (call(method="GET"), False),
        (call(method="HEAD"), False),
        (call(service="lambda", path="/2015-03-31/functions"), True),
        (call(service="lambda", path="/2015-03-31/functions/f/policy"), True),
        (call(service="lambda", path="/2015-03-31/functions/f/invocations"), False),
        (call(service="lambda", path="/2014-11-13/functions/f/invoke-async/"), False),
        (call(service="dynamodb", path="/"), False),
        (call(service=None), False),
        (call(service=None, HTTP_AUTHORIZATION="Basic x"), False),
    ],
)
def test_only_writing_calls_of_two_services_may_change_what_is_published(
    environ: Environ, *, expected: bool
) -> None:
    assert may_change_state(environ) is expected


def publish_nothing() -> None:
    return


def answer_of(
    application: ControlPlaneApplication, environ: Environ
) -> tuple[str, dict[str, str], bytes]:
    started: list[tuple[str, dict[str, str]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _: object = None
    ) -> Callable[[bytes], object]:
        started.append((status, dict(headers)))
        return io.BytesIO().write

    body = b"".join(application(environ, start_response))
    ((status, headers),) = started
    return status, headers, body


def failing(error: Exception) -> Any:
    def application(_environ: Environ, _start_response: object) -> Iterable[bytes]:
        raise error

    return application


def test_operation_that_moto_lacks_is_named_and_not_tried_again() -> None:
    error = NotImplementedError("The say_hello action has not been implemented")
    application = ControlPlaneApplication(failing(error), publish_nothing, PrivateCalls(""))
    status, headers, body = answer_of(application, call())
    assert status == "501 Not Implemented"
    assert headers == {"Content-Type": "application/json", "Content-Length": str(len(body))}
    assert json.loads(body)["message"].startswith("The say_hello action has not been implemented")


def test_failure_is_logged_and_its_text_reaches_no_client(
    caplog: pytest.LogCaptureFixture,
) -> None:
    application = ControlPlaneApplication(
        failing(KeyError("inside")), publish_nothing, PrivateCalls("")
    )
    status, _, body = answer_of(application, call())
    assert status == "501 Not Implemented"
    assert b"inside" not in body
    assert "POST /v2/apis failed" in caplog.text
    assert "KeyError: 'inside'" in caplog.text


def test_state_is_published_after_the_change_and_before_the_answer() -> None:
    notes: list[str] = []

    def moto(_environ: Environ, start_response: Any) -> Iterable[bytes]:
        notes.append("changed")
        start_response("200 OK", [])
        return iter([b"answer"])

    application = ControlPlaneApplication(moto, lambda: notes.append("published"), PrivateCalls(""))
    answered = application(call(), lambda *_: io.BytesIO().write)
    assert notes == ["changed", "published"]
    assert list(answered) == [b"answer"]


def test_call_with_the_key_of_nobody_reaches_nothing() -> None:
    reached: list[Environ] = []
    stranger = call()
    stranger["HTTP_AUTHORIZATION"] = stranger["HTTP_AUTHORIZATION"].replace("=test/", "=AKIA1/")

    def moto(environ: Environ, _start_response: object) -> Iterable[bytes]:
        reached.append(environ)
        return []

    application = ControlPlaneApplication(moto, publish_nothing, PrivateCalls(""))
    status, _, _ = answer_of(application, stranger)
    assert (status, reached) == ("403 Forbidden", [])


def test_account_of_a_call_is_its_keys() -> None:
    reached: list[Environ] = []

    def moto(environ: Environ, start_response: Any) -> Iterable[bytes]:
        reached.append(environ)
        start_response("200 OK", [])
        return []

    application = ControlPlaneApplication(moto, publish_nothing, PrivateCalls(""))
    answer_of(application, call(HTTP_X_MOTO_ACCOUNT_ID="111111111111"))
    assert "HTTP_X_MOTO_ACCOUNT_ID" not in reached[0]


def test_call_is_answered_even_if_its_change_cannot_be_published(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def moto(_environ: Environ, start_response: Any) -> Iterable[bytes]:
        start_response("201 Created", [])
        return [b"made"]

    # An SDK would make the call again after an error, and find its own work in the way.
    def fail() -> None:
        raise OSError("no space left")

    status, _, body = answer_of(ControlPlaneApplication(moto, fail, PrivateCalls("")), call())
    assert (status, body) == ("201 Created", b"made")
    assert "no space left" in caplog.text


def test_changing_calls_run_one_after_the_other_and_reading_calls_meanwhile() -> None:
    entered, leave = threading.Event(), threading.Event()
    running: list[str] = []

    def moto(environ: Environ, _start_response: object) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            running.append(environ["PATH_INFO"])
            assert len(running) == 1
            entered.set()
            assert leave.wait(10)
            running.remove(environ["PATH_INFO"])
        return [environ["REQUEST_METHOD"].encode()]

    application = ControlPlaneApplication(moto, publish_nothing, PrivateCalls(""))

    def change(path: str) -> None:
        answered.append(application(call(path=path), lambda *_: io.BytesIO().write))

    answered: list[Iterable[bytes]] = []
    threads = [threading.Thread(target=change, args=(path,)) for path in ("/v2/a", "/v2/b")]
    for thread in threads:
        thread.start()
    assert entered.wait(10)
    assert list(application(call(method="GET"), lambda *_: io.BytesIO().write)) == [b"GET"]
    leave.set()
    for thread in threads:
        thread.join(10)
    assert answered == [[b"POST"], [b"POST"]]


def test_web_page_is_refused_over_the_wire(control_plane: ControlPlane) -> None:
    connection = http.client.HTTPConnection(control_plane.endpoint.removeprefix("http://"))
    connection.request("POST", "/", headers={"Origin": "https://example.com"})
    response = connection.getresponse()
    assert response.status == 403
    assert "Web pages may not call" in json.loads(response.read())["message"]
    connection.close()


def test_operation_that_moto_lacks_fails_at_once_over_the_wire(
    control_plane: ControlPlane,
) -> None:
    tables = control_plane.client("dynamodb")
    with pytest.raises(ClientError, match="The list_contributor_insights action has not"):
        tables.list_contributor_insights()
