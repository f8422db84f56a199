import platform
import sys

import pytest

from local_aws.lambda_service.platforms import (
    Platform,
    expand_tag,
    machine_in_lambdas_terms,
    this_platform,
)

LINUX = Platform("linux", "x86_64", (3, 13))
LINUX_ON_ARM = Platform("linux", "arm64", (3, 13))
MUSL = Platform("musl", "x86_64", (3, 13))
MAC = Platform("darwin", "arm64", (3, 13))


@pytest.mark.parametrize(
    ("place", "tag"),
    [
        (LINUX, "py3-none-any"),
        (LINUX, "py313-none-any"),
        (LINUX, "cp313-cp313-manylinux_2_17_x86_64"),
        (LINUX, "cp313-cp313-manylinux2014_x86_64"),
        (LINUX, "cp313-none-linux_x86_64"),
        (LINUX, "cp37-abi3-manylinux_2_34_x86_64"),
        (LINUX, "py3-none-manylinux_2_28_x86_64"),
        (LINUX_ON_ARM, "cp313-cp313-manylinux_2_17_aarch64"),
        (MUSL, "cp313-cp313-musllinux_1_2_x86_64"),
        (MUSL, "py3-none-any"),
        (MAC, "cp313-cp313-macosx_11_0_arm64"),
        (MAC, "cp313-cp313-macosx_10_13_universal2"),
    ],
)
def test_wheel_for_a_platform_runs_there(place: Platform, tag: str) -> None:
    assert place.runs(tag)
    assert place.runs_with_another_python(tag)


@pytest.mark.parametrize(
    ("place", "tag"),
    [
        (LINUX, "cp313-cp313-manylinux_2_17_aarch64"),
        (LINUX, "cp37-abi3-musllinux_1_2_x86_64"),
        (LINUX, "cp313-cp313-macosx_10_13_x86_64"),
        (LINUX, "cp313-cp313-win_amd64"),
        (LINUX_ON_ARM, "cp313-cp313-manylinux_2_17_x86_64"),
        (MUSL, "cp313-cp313-manylinux_2_17_x86_64"),
        (MAC, "cp313-cp313-manylinux_2_17_aarch64"),
        (MAC, "cp313-cp313-macosx_10_13_x86_64"),
        (LINUX, "no tag"),
    ],
)
def test_wheel_for_another_machine_does_not_run(place: Platform, tag: str) -> None:
    assert not place.runs(tag)
    assert not place.runs_with_another_python(tag)


@pytest.mark.parametrize(
    "tag",
    [
        "cp312-cp312-manylinux_2_17_x86_64",
        "cp313-cp313t-manylinux_2_17_x86_64",
        "cp312-none-manylinux_2_17_x86_64",
        "cp314-abi3-manylinux_2_17_x86_64",
        "py314-none-any",
        "pp311-pypy311_pp73-manylinux_2_17_x86_64",
    ],
)
def test_wheel_for_another_python_does_not_run(tag: str) -> None:
    assert not LINUX.runs(tag)
    assert LINUX.runs_with_another_python(tag)


def test_set_of_tags_is_each_of_its_combinations() -> None:
    assert expand_tag("py3-none-any") == ("py3-none-any",)
    assert expand_tag("py2.py3-none-any") == ("py2-none-any", "py3-none-any")
    assert expand_tag("cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64") == (
        "cp313-cp313-manylinux_2_17_x86_64",
        "cp313-cp313-manylinux2014_x86_64",
    )


@pytest.mark.parametrize(
    ("name", "lambdas"),
    [("aarch64", "arm64"), ("AMD64", "x86_64"), ("x86_64", "x86_64"), ("riscv64", "riscv64")],
)
def test_processor_is_named_as_in_architectures(name: str, lambdas: str) -> None:
    assert machine_in_lambdas_terms(name) == lambdas


def test_this_platform_runs_what_is_built_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.34"))
    assert this_platform("3.13") == LINUX_ON_ARM
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert this_platform("3.13") == MUSL
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert this_platform("3.13") == MAC
