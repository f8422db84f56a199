import struct
from dataclasses import replace
from pathlib import Path

import pytest

from local_aws.lambda_service.binaries import (
    Binaries,
    BinariesOfDirectories,
    Library,
    Wheel,
    binaries_in,
)
from local_aws.lambda_service.errors import ForeignCodeError
from local_aws.lambda_service.platforms import Platform
from local_aws.publication import Function

LINUX = Platform("linux", "x86_64", (3, 13))
MAC = Platform("darwin", "arm64", (3, 13))
FOR_ARM = Wheel("cryptography", "46.0.1", ("cp37-abi3-manylinux_2_34_aarch64",))
FOR_INTEL = Wheel("cryptography", "46.0.1", ("cp37-abi3-manylinux_2_34_x86_64",))
FOR_PYTHON_3_12 = Wheel("lxml", "6.0", ("cp312-cp312-manylinux_2_17_x86_64",))


def install(directory: Path, name: str, *tags: str) -> None:
    metadata = directory / f"{name}.dist-info" / "WHEEL"
    metadata.parent.mkdir(parents=True)
    lines = ["Wheel-Version: 1.0", *(f"Tag: {tag}" for tag in tags)]
    metadata.write_text("\n".join(lines))


def library(path: Path, *, machine: int, order: str = "<") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    identification = b"\x7fELF\x02" + (b"\x01" if order == "<" else b"\x02") + bytes(10)
    path.write_bytes(identification + struct.pack(f"{order}HH", 3, machine) + bytes(44))


def refusal(binaries: Binaries, function: Function, place: Platform = LINUX) -> str:
    with pytest.raises(ForeignCodeError) as refused:
        binaries.check(function, place)
    return str(refused.value)


def test_wheels_that_are_not_pure_are_found(tmp_path: Path) -> None:
    install(tmp_path, "boto3-1.44.5", "py3-none-any")
    install(tmp_path, "six-1.17.0", "py2.py3-none-any")
    install(tmp_path, "cryptography-46.0.1", *FOR_ARM.tags)
    install(tmp_path, "lxml-6.0", "cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64")
    assert binaries_in(tmp_path) == Binaries(
        (
            FOR_ARM,
            Wheel(
                "lxml",
                "6.0",
                ("cp313-cp313-manylinux_2_17_x86_64", "cp313-cp313-manylinux2014_x86_64"),
            ),
        )
    )


def test_wheels_account_for_their_libraries(tmp_path: Path) -> None:
    install(tmp_path, "cryptography-46.0.1", *FOR_INTEL.tags)
    library(tmp_path / "cryptography" / "_rust.abi3.so", machine=62)
    assert binaries_in(tmp_path) == Binaries((FOR_INTEL,))


def test_libraries_of_no_wheel_speak_for_themselves(tmp_path: Path) -> None:
    library(tmp_path / "a" / "b.abi3.so", machine=183)
    library(tmp_path / "c.so", machine=62)
    library(tmp_path / "d.so", machine=22, order=">")
    (tmp_path / "short.so").write_bytes(b"\x7fELF")
    (tmp_path / "text.so").write_bytes(b"no library, but long enough for one")
    install(tmp_path, "nothing-1.0")
    assert binaries_in(tmp_path) == Binaries(
        libraries=(
            Library(Path("a/b.abi3.so"), "arm64"),
            Library(Path("c.so"), "x86_64"),
            Library(Path("d.so"), "machine 22"),
        )
    )


@pytest.mark.parametrize(
    "binaries",
    [
        Binaries(),
        Binaries(wheels=(FOR_INTEL,)),
        Binaries(libraries=(Library(Path("a.so"), "arm64"), Library(Path("b.so"), "x86_64"))),
    ],
)
def test_code_for_this_machine_is_accepted(greeter: Function, binaries: Binaries) -> None:
    binaries.check(greeter, LINUX)


def test_wheel_for_another_machine_is_named_with_what_to_change(greeter: Function) -> None:
    assert refusal(Binaries((FOR_PYTHON_3_12, FOR_ARM)), greeter) == (
        "Function greeter cannot run on this machine: its package holds cryptography 46.0.1 "
        "(cp37-abi3-manylinux_2_34_aarch64), and the processor here is x86_64; the Architectures "
        "of the function are arm64. Set the Architectures of the function to x86_64: with "
        "--var architecture=x86_64, if the root has such a variable."
    )


def test_wheel_that_does_not_fit_the_architectures_is_to_be_packaged_again(
    greeter: Function,
) -> None:
    function = replace(greeter, architecture="x86_64")
    assert "Package it again for that processor" in refusal(Binaries((FOR_ARM,)), function)


def test_wheel_for_linux_cannot_run_on_another_system(greeter: Function) -> None:
    message = refusal(Binaries((FOR_ARM,)), greeter, MAC)
    assert "built for Lambda's Linux, and not for darwin" in message
    assert "package what is pure Python" in message


def test_wheel_for_another_python_is_named(greeter: Function) -> None:
    function = replace(greeter, runtime="python3.12")
    assert refusal(Binaries((FOR_INTEL, FOR_PYTHON_3_12)), function) == (
        "Function greeter cannot run on Python 3.13: its package holds lxml 6.0 "
        "(cp312-cp312-manylinux_2_17_x86_64). Its runtime is python3.12: install that Python, or "
        "package the function for python3.13, and set its Runtime to that."
    )


@pytest.mark.parametrize(("place", "machine"), [(LINUX, "arm64"), (MAC, "arm64")])
def test_library_for_another_machine_is_named(
    greeter: Function, place: Platform, machine: str
) -> None:
    binaries = Binaries(libraries=(Library(Path("lib/a.so"), machine),))
    assert "its package holds lib/a.so (arm64)" in refusal(binaries, greeter, place)


def test_directory_that_does_not_exist_holds_nothing(tmp_path: Path) -> None:
    assert binaries_in(tmp_path / "missing") == Binaries()


async def test_directory_is_looked_through_once(tmp_path: Path) -> None:
    binaries = BinariesOfDirectories()
    install(tmp_path, "cryptography-46.0.1", *FOR_ARM.tags)
    assert await binaries.of(tmp_path) == Binaries((FOR_ARM,))
    install(tmp_path, "lxml-6.0", *FOR_PYTHON_3_12.tags)
    assert await binaries.of(tmp_path) == Binaries((FOR_ARM,))
