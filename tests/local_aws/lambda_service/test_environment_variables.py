import os
from dataclasses import replace
from pathlib import Path

import pytest

from local_aws.lambda_service.environment_variables import (
    Place,
    environment_variables,
    rewrite_api_addresses,
)
from local_aws.lambda_service.interpreters import PythonRuntime
from tests.local_aws.lambda_service.given import CREDENTIALS, function_of, settings_of

PLACE = Place(
    runtime_api="127.0.0.1:9001",
    task_root=Path("/code/0"),
    layers=(),
    runtime=PythonRuntime(Path("/runtime/bin/python"), "3.13", Path("/runtime/site-packages")),
    credentials=CREDENTIALS,
    directory=Path("/environments/1"),
    log_stream="2026/01/01/[$LATEST]0123",
)
API = "a1b2c3.execute-api.eu-west-1.amazonaws.com"


def known_here(host: str) -> str | None:
    return "127.0.0.1:4567" if host == API else None


def test_function_gets_what_lambda_sets_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "of-the-caller")
    monkeypatch.setenv("PYTHONPATH", "/of/the/caller")
    function = function_of(tmp_path, runtime="python3.13", environment={"TABLE": "rooms"})
    assert environment_variables(function, settings_of(tmp_path), PLACE) == {
        "_HANDLER": "app.handler",
        "AWS_ACCESS_KEY_ID": "access-key-of-nobody",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_NAME": "greeter",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/greeter",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[$LATEST]0123",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "AWS_REGION": "eu-west-1",
        "AWS_SECRET_ACCESS_KEY": "secret-key-of-nobody",
        "AWS_SESSION_TOKEN": "session-token-of-nobody",
        "HOME": "/environments/1",
        "LAMBDA_RUNTIME_DIR": "/runtime/site-packages",
        "LAMBDA_TASK_ROOT": "/code/0",
        "LANG": "en_US.UTF-8",
        "PATH": "/runtime/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "TABLE": "rooms",
        "TMPDIR": "/environments/1",
        "TZ": ":UTC",
    }


def test_function_reaches_its_api_by_the_names_of_aws_and_trusts_it(tmp_path: Path) -> None:
    settings = replace(
        settings_of(tmp_path),
        proxy_url="http://127.0.0.1:9002",
        trusted_certificates=Path("/trusted.pem"),
    )
    variables = environment_variables(function_of(tmp_path), settings, PLACE)
    assert variables["HTTPS_PROXY"] == "http://127.0.0.1:9002"
    assert variables["NO_PROXY"] == "127.0.0.1,localhost"
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        assert variables[name] == "/trusted.pem"


def test_function_may_have_a_proxy_of_its_own(tmp_path: Path) -> None:
    settings = replace(settings_of(tmp_path), proxy_url="http://127.0.0.1:9002")
    function = function_of(tmp_path, environment={"HTTPS_PROXY": "http://proxy.example.com"})
    variables = environment_variables(function, settings, PLACE)
    assert variables["HTTPS_PROXY"] == "http://proxy.example.com"


def test_function_may_set_what_lambda_does_not_reserve(tmp_path: Path) -> None:
    function = function_of(tmp_path, environment={"LANG": "de_DE.UTF-8", "TZ": "CET"})
    variables = environment_variables(function, settings_of(tmp_path), PLACE)
    assert variables["LANG"] == "de_DE.UTF-8"
    assert variables["TZ"] == ":UTC"


def test_layers_are_found_where_lambda_puts_them(tmp_path: Path) -> None:
    place = replace(PLACE, layers=(Path("/code/top"), Path("/code/bottom")))
    variables = environment_variables(function_of(tmp_path), settings_of(tmp_path), place)
    assert variables["PYTHONPATH"].split(":") == [
        "/code/top/python/lib/python3.13/site-packages",
        "/code/top/python",
        "/code/bottom/python/lib/python3.13/site-packages",
        "/code/bottom/python",
    ]
    assert variables["PATH"].startswith("/code/top/bin:/code/bottom/bin:/runtime/bin:")
    assert variables["LD_LIBRARY_PATH"] == "/code/top/lib:/code/bottom/lib"


def test_function_cannot_send_its_calls_to_another_aws(tmp_path: Path) -> None:
    function = function_of(
        tmp_path,
        environment={
            "AWS_ENDPOINT_URL": "https://elsewhere",
            "AWS_ENDPOINT_URL_DYNAMODB": "https://elsewhere",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        },
    )
    settings = settings_of(tmp_path, management_endpoint_url="http://127.0.0.1:4567/prod")
    variables = environment_variables(function, settings, PLACE)
    assert {name: value for name, value in variables.items() if "ENDPOINT" in name} == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": "http://127.0.0.1:4567/prod",
    }


def test_addresses_of_apis_in_its_environment_point_here(tmp_path: Path) -> None:
    function = function_of(tmp_path, environment={"ENDPOINT": f"https://{API}/prod"})
    settings = settings_of(tmp_path, rewrite_host=known_here)
    variables = environment_variables(function, settings, PLACE)
    assert variables["ENDPOINT"] == "http://127.0.0.1:4567/prod"


@pytest.mark.parametrize(
    ("value", "rewritten"),
    [
        (f"https://{API}/prod", "http://127.0.0.1:4567/prod"),
        (f"wss://{API}/prod", "ws://127.0.0.1:4567/prod"),
        (f"https://{API}:443/prod", "http://127.0.0.1:4567/prod"),
        (API, "127.0.0.1:4567"),
        (f"wss://{API}/a,https://{API}/b", "ws://127.0.0.1:4567/a,http://127.0.0.1:4567/b"),
    ],
)
def test_address_of_an_api_that_is_served_here_is_rewritten(value: str, rewritten: str) -> None:
    assert rewrite_api_addresses(value, known_here) == rewritten


@pytest.mark.parametrize(
    "value",
    [
        "",
        "https://other.execute-api.eu-west-1.amazonaws.com/prod",
        f"https://{API}.example.com/prod",
        f"https://{API}:8443/prod",
        f"https://sub.{API}/prod",
        f"{API}-mirror",
        "https://dynamodb.eu-west-1.amazonaws.com",
    ],
)
def test_other_addresses_stay(value: str) -> None:
    assert rewrite_api_addresses(value, known_here) == value


def test_without_a_server_of_its_own_every_address_stays(tmp_path: Path) -> None:
    function = function_of(tmp_path, environment={"ENDPOINT": f"https://{API}/prod"})
    variables = environment_variables(function, settings_of(tmp_path), PLACE)
    assert variables["ENDPOINT"] == f"https://{API}/prod"
    inherited = {name for name, _ in variables.items() & os.environ.items()}
    assert inherited <= {"HOME", "LANG", "PATH", "TMPDIR", "TZ", "ENDPOINT"}
