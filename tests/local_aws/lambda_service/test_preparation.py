import asyncio
import zipfile
from pathlib import Path

import pytest

from local_aws.lambda_service.errors import (
    ForeignCodeError,
    InvalidZipFileError,
    RoleNotAssumedError,
)
from tests.local_aws.lambda_service.given import (
    CREDENTIALS,
    WHO_AM_I,
    Roles,
    entry,
    function_of,
    running,
    wait_until_gone,
)

KEYS = """
    import os

    def handler(event, context):
        names = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
        return [os.environ[f"AWS_{name}"] for name in names]
"""


def layer_of(directory: Path, name: str, modules: list[str]) -> Path:
    """Make a layer of modules that know its name."""
    archive = directory / f"{name}-layer.zip"
    with zipfile.ZipFile(archive, "w") as layer:
        for module in modules:
            layer.writestr(entry(f"python/{module}.py"), f"NAME = {name!r}")
    return archive


async def test_role_of_the_function_is_assumed_in_its_name(tmp_path: Path) -> None:
    roles = Roles()
    function = function_of(tmp_path, KEYS)
    async with running(tmp_path, function, roles=roles) as serving:
        assert await serving.value() == [
            CREDENTIALS.access_key_id,
            CREDENTIALS.secret_access_key,
            CREDENTIALS.session_token,
        ]
        assert set(roles.assumed) == {("arn:aws:iam::123456789012:role/greeter", "greeter")}


async def test_role_that_cannot_be_assumed_is_told_at_load(tmp_path: Path) -> None:
    roles = Roles(problem="the role R cannot be assumed: AccessDenied")
    async with running(tmp_path, function_of(tmp_path), roles=roles) as serving:
        with pytest.raises(RoleNotAssumedError) as refused:
            await serving.service.initialize("greeter")
        assert str(refused.value) == (
            "Function greeter has no credentials, as the role R cannot be assumed: AccessDenied. "
            "Its Role has to be one that exists in IAM."
        )


async def test_function_without_a_role_is_told_at_load(tmp_path: Path) -> None:
    async with running(tmp_path, function_of(tmp_path, role_arn=None)) as serving:
        with pytest.raises(RoleNotAssumedError, match="Function greeter has no Role"):
            await serving.service.initialize("greeter")


async def test_environment_ends_before_its_credentials_do(tmp_path: Path) -> None:
    function = function_of(tmp_path, WHO_AM_I, timeout_seconds=3)
    async with running(tmp_path, function, roles=Roles(session_seconds=64)) as serving:
        first = await serving.value()
        await asyncio.to_thread(wait_until_gone, first)
        assert await serving.value() != first


async def test_layers_lie_below_the_functions_own_code(tmp_path: Path) -> None:
    source = """
        import bottom, shared, top

        def handler(event, context):
            return [bottom.NAME, shared.NAME, top.NAME]
    """
    layers = (
        layer_of(tmp_path, "bottom", ["bottom", "shared", "top"]),
        layer_of(tmp_path, "top", ["shared", "top"]),
    )
    function = function_of(tmp_path, source, layer_paths=layers)
    with zipfile.ZipFile(function.code_path, "a") as package:
        package.writestr(entry("top.py"), "NAME = 'function'")
    async with running(tmp_path, function) as serving:
        assert await serving.value() == ["bottom", "top", "function"]


async def test_layer_that_cannot_be_unpacked_is_named(tmp_path: Path) -> None:
    layer = tmp_path / "layer.zip"
    layer.write_bytes(b"no zip")
    async with running(tmp_path, function_of(tmp_path, layer_paths=(layer,))) as serving:
        with pytest.raises(InvalidZipFileError, match=r"a layer of function greeter .*layer\.zip"):
            await serving.call()


async def test_code_that_cannot_be_unpacked_is_refused(tmp_path: Path) -> None:
    function = function_of(tmp_path)
    function.code_path.write_bytes(b"no zip")
    async with running(tmp_path, function) as serving:
        with pytest.raises(InvalidZipFileError, match="deployment package of function greeter"):
            await serving.call()


async def test_code_for_another_machine_is_refused_at_load(tmp_path: Path) -> None:
    function = function_of(tmp_path)
    with zipfile.ZipFile(function.code_path, "a") as package:
        tag = "cp37-abi3-manylinux_2_34_s390x"
        package.writestr(entry("cryptography-46.0.1.dist-info/WHEEL"), f"Tag: {tag}\n")
    async with running(tmp_path, function) as serving:
        with pytest.raises(ForeignCodeError, match=rf"cryptography 46\.0\.1 \({tag}\)"):
            await serving.service.initialize("greeter")


async def test_layer_for_another_machine_is_refused_at_load(tmp_path: Path) -> None:
    tag = "cp37-abi3-manylinux_2_34_s390x"
    layer = tmp_path / "layer.zip"
    with zipfile.ZipFile(layer, "w") as package:
        package.writestr(entry("python/lib-1.0.dist-info/WHEEL"), f"Tag: {tag}\n")
    async with running(tmp_path, function_of(tmp_path, layer_paths=(layer,))) as serving:
        with pytest.raises(ForeignCodeError, match=rf"lib 1\.0 \({tag}\)"):
            await serving.service.initialize("greeter")
