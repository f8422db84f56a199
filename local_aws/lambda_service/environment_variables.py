"""The environment variables of a function, all of them: nothing is taken over from the caller's.

Names and values follow "Working with Lambda environment variables" in the AWS Lambda Developer
Guide; the `AWS_ENDPOINT_URL` variables are those of "Service-specific endpoints" in the AWS SDKs
and Tools Reference Guide.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local_aws.credentials import Credentials
from local_aws.lambda_service.interpreters import PythonRuntime
from local_aws.lambda_service.settings import LambdaSettings
from local_aws.publication import Function

_ENDPOINT_OVERRIDES = ("AWS_ENDPOINT_URL", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
_LOOPBACK = "127.0.0.1,localhost"
_TRUST_VARIABLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
_PATH = "/usr/local/bin:/usr/bin:/bin:/opt/bin"
_API_ADDRESS = re.compile(
    r"(?<![\w.-])(?:(?P<scheme>https|wss)://)?"
    r"(?P<host>[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?)"
    r"(?::443)?(?![\w.-]|:\d)"
)
_PLAIN_SCHEMES = {"https": "http://", "wss": "ws://", None: ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an execution environment runs: its Runtime API, code, Python, and folder to write.

    `layers` are the directories of the function's layers, the topmost first.
    """

    runtime_api: str
    task_root: Path
    layers: tuple[Path, ...]
    runtime: PythonRuntime
    credentials: Credentials
    directory: Path
    log_stream: str


def environment_variables(
    function: Function, settings: LambdaSettings, place: Place
) -> dict[str, str]:
    """Return everything that a process of the function finds in its environment.

    Addresses of APIs that are served here point at the server here, and no variable of the function
    can send its AWS calls elsewhere.
    """
    user = {
        name: rewrite_api_addresses(value, settings.rewrite_host)
        for name, value in function.environment.items()
        if not name.startswith(_ENDPOINT_OVERRIDES)
    }
    return {
        "LANG": "en_US.UTF-8",
        "PATH": _path(place),
        **_layers(place),
        **_encryption(settings),
        **user,
        **_platform(function, settings, place),
        **_endpoints(settings),
    }


def packages_of(layers: Iterable[Path], python_version: str) -> tuple[Path, ...]:
    """Return where a Python of a version finds the packages of unpacked layers.

    See "Packaging your layer content" in the AWS Lambda Developer Guide.
    """
    return tuple(
        directory
        for layer in layers
        for directory in (
            layer / "python" / "lib" / f"python{python_version}" / "site-packages",
            layer / "python",
        )
    )


def rewrite_api_addresses(value: str, rewrite_host: Callable[[str], str | None]) -> str:
    """Point each `{api}.execute-api.{region}.amazonaws.com` in a text at where it is served.

    `https` and `wss` become `http` and `ws`; a host that `rewrite_host` does not know stays.
    """

    def replacement(found: re.Match[str]) -> str:
        address = rewrite_host(found["host"])
        return found[0] if address is None else _PLAIN_SCHEMES[found["scheme"]] + address

    return _API_ADDRESS.sub(replacement, value)


def _platform(function: Function, settings: LambdaSettings, place: Place) -> Mapping[str, str]:
    return {
        "_HANDLER": function.handler,
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_megabytes),
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": place.log_stream,
        "AWS_ACCESS_KEY_ID": place.credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": place.credentials.secret_access_key,
        "AWS_SESSION_TOKEN": place.credentials.session_token or "",
        "AWS_LAMBDA_RUNTIME_API": place.runtime_api,
        "LAMBDA_TASK_ROOT": str(place.task_root),
        "LAMBDA_RUNTIME_DIR": str(place.runtime.site_packages),
        "TZ": ":UTC",
        "HOME": str(place.directory),
        "TMPDIR": str(place.directory),
    }


def _layers(place: Place) -> Mapping[str, str]:
    """Lead to what layers hold, where Lambda looks for it."""
    if not place.layers:
        return {}
    programs = (*(layer / "bin" for layer in place.layers), _path(place))
    return {
        "PYTHONPATH": _joined(packages_of(place.layers, place.runtime.version)),
        "PATH": _joined(programs),
        "LD_LIBRARY_PATH": _joined(layer / "lib" for layer in place.layers),
    }


def _path(place: Place) -> str:
    return f"{place.runtime.executable.parent}:{_PATH}"


def _joined(paths: Iterable[object]) -> str:
    return ":".join(map(str, paths))


def _encryption(settings: LambdaSettings) -> Mapping[str, str]:
    variables: dict[str, str] = {}
    if settings.proxy_url is not None:
        variables |= {"HTTPS_PROXY": settings.proxy_url, "NO_PROXY": _LOOPBACK}
    if settings.trusted_certificates is not None:
        variables |= dict.fromkeys(_TRUST_VARIABLES, str(settings.trusted_certificates))
    return variables


def _endpoints(settings: LambdaSettings) -> Mapping[str, str]:
    endpoints = {"AWS_ENDPOINT_URL": settings.aws_endpoint_url}
    if settings.management_endpoint_url is not None:
        endpoints["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"] = settings.management_endpoint_url
    return endpoints
