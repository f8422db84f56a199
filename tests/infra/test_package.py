import base64
import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.infra.given import CommandLine, copy_module

pytestmark = pytest.mark.stacks

TARGET = ("-target=terraform_data.package", "-no-color")
# Stands in the place of package.py where a test asks how it is called.
RECORDER = """
import json, sys
from pathlib import Path
arguments = sys.argv[1:]
Path(arguments[arguments.index("--output") + 1]).write_text(json.dumps(arguments))
"""

# What a developer's folder holds besides handlers; only the first line belongs in a zip.
KEPT = ("chat.py", "rooms/join.py", "rooms/names.json", "latest.py", "my_tests/data.txt", "a#b.py")
LEFT_OUT = (
    ".env",
    ".venv/lib/site.py",
    "__pycache__/chat.cpython-313.pyc",
    "chat.pyo",
    "chat.py~",
    "#chat.py#",
    "conftest.py",
    "node_modules/left/pad.js",
    "rooms/.hidden/deep/file.py",
    "rooms/join_test.py",
    "rooms/test_join.py",
    "rooms/tests/data.json",
    "rooms/Thumbs.db",
    "chat.egg-info/PKG-INFO",
    "venv/bin/python",
)


@dataclass(frozen=True, slots=True)
class Package:
    """A built zip, the sources that Terraform saw, and the hash that it gives the functions."""

    path: Path
    sources: str
    code_hash: str


def write_sources(folder: Path) -> Path:
    for name in (*KEPT, *LEFT_OUT):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    return folder


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sources(tmp_path_factory.mktemp("sources") / "the user's $(handlers)")


@pytest.fixture(scope="module")
def package(module: Path, sources: Path, command_line: CommandLine) -> Package:
    """The package, as an apply of nothing else builds it."""
    variable = f"-var=source_dir={sources}"
    finished = command_line.run(module, "apply", "-auto-approve", *TARGET, variable)
    assert finished.returncode == 0, finished.stdout
    values = command_line.evaluate(
        module, "{ packages = local.packages, sources = local.package_sources }", variable
    )
    built = values["packages"]["functions"]
    return Package(module / built["path"], values["sources"]["functions"], built["hash"])


def test_hash_covers_exactly_the_files_of_the_zip(package: Package) -> None:
    files = json.loads(package.sources)["files"]
    assert set(files[""]) == set(KEPT)
    hashed = {
        prefix + name: digest for prefix, folder in files.items() for name, digest in folder.items()
    }
    with zipfile.ZipFile(package.path) as archive:
        zipped = {
            name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()
        }
    assert set(zipped) == set(hashed)
    assert {"handlers/connect.py", "websocket_api/environment.py", "chat.py"} <= set(zipped)
    # What is ours loses its comments on the way; what is the user's is packaged as it is.
    assert {name: zipped[name] for name in KEPT} == files[""]


def test_name_of_the_zip_and_hash_of_the_code_follow_the_sources(
    package: Package, module: Path
) -> None:
    digest = hashlib.sha256(package.sources.encode())
    assert package.path.name == f"{digest.hexdigest()}.zip"
    assert package.code_hash == base64.b64encode(digest.digest()).decode()
    scripts = module.parent / "scripts"
    assert json.loads(package.sources)["script"] == {
        path.relative_to(scripts).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (scripts / "package.py", *scripts.glob("packaging/*.py"))
    }


@pytest.mark.usefixtures("package")
def test_only_a_changed_source_is_built_again(
    module: Path, sources: Path, command_line: CommandLine
) -> None:
    def plan() -> int:
        arguments = (*TARGET, f"-var=source_dir={sources}")
        return command_line.run(module, "plan", "-detailed-exitcode", *arguments).returncode

    (sources / "conftest.py").write_text("# a test changes\n")
    assert plan() == 0
    (sources / "chat.py").write_text("# a handler changes\n")
    assert plan() == 2


def test_folder_handlers_of_a_user_takes_the_place_of_ours(
    module: Path, tmp_path: Path, command_line: CommandLine
) -> None:
    sources = tmp_path / "sources"
    (sources / "handlers").mkdir(parents=True)
    (sources / "handlers/app.py").touch()
    (sources / "handlers/test_app.py").touch()
    files, modules = command_line.evaluate(
        module,
        "[local.package_files, local.package_modules]",
        f"-var=source_dir={sources}",
        '-var=functions={app={handler="handlers.app.handler"}}',
        '-var=routes={"$connect"={function="app"}}',
    )
    assert set(files) == {"", "websocket_api/"}
    assert set(files[""]) == {"handlers/app.py"}
    assert {"handlers/app", "websocket_api", "websocket_api/keys"} <= set(modules)
    assert "handlers/connect" not in modules


@pytest.mark.parametrize("python", [None, "#!/bin/sh\nexit 127\n"], ids=["missing", "broken"])
def test_without_python_the_apply_says_what_to_do(
    tmp_path: Path, module: Path, command_line: CommandLine, python: str | None
) -> None:
    if python is not None:
        (tmp_path / "python3").write_text(python)
        (tmp_path / "python3").chmod(0o755)
    finished = command_line.run(
        module,
        "apply",
        "-auto-approve",
        f"-state={tmp_path}/terraform.tfstate",
        *TARGET,
        environment={"PATH": str(tmp_path)},
    )
    assert finished.returncode == 1
    # Terraform shows the script itself, which holds the sentence too, before its output.
    said = " ".join(finished.stdout.rpartition("Output:")[2].split())
    assert "needs python3, 3.9 or later, on PATH" in said
    assert "set package_path to a ready zip" in said


def test_message_of_the_packager_reaches_the_user(
    tmp_path: Path, module: Path, command_line: CommandLine
) -> None:
    sources = tmp_path / "sources"
    (sources / "websocket_api").mkdir(parents=True)
    (sources / "websocket_api/clash.py").touch()
    finished = command_line.run(
        module,
        "apply",
        "-auto-approve",
        f"-state={tmp_path}/terraform.tfstate",
        f"-var=source_dir={sources}",
        *TARGET,
    )
    assert finished.returncode == 1
    assert "the name websocket_api is that of" in " ".join(finished.stdout.split())


def test_module_without_the_folders_beside_it_says_how_to_import_it(
    tmp_path: Path, module: Path, command_line: CommandLine
) -> None:
    alone = copy_module(tmp_path)
    (tmp_path / "scripts/package.py").unlink()
    (alone / ".terraform").symlink_to(module / ".terraform")
    (alone / ".terraform.lock.hcl").symlink_to(module / ".terraform.lock.hcl")
    finished = command_line.run(alone, "plan", *TARGET)
    assert finished.returncode == 1
    assert 'Import this module with "//infra"' in " ".join(finished.stdout.split())


@pytest.fixture
def recorded(tmp_path: Path, module: Path, command_line: CommandLine) -> dict[str, list[str]]:
    """How package.py is called for each of the two zips, by the key of the zip."""
    alone = copy_module(tmp_path / 'with $HOME\'s "own"')
    (alone.parent / "scripts/package.py").write_text(RECORDER)
    (alone.parent / "lambda_src/jwt_authorizer").mkdir(exist_ok=True)
    (alone.parent / "lambda_src/jwt_authorizer/handler.py").touch()
    (alone.parent / "requirements-jwt-authorizer.txt").touch()
    (alone / "requirements of mine.txt").touch()
    (alone / ".terraform").symlink_to(module / ".terraform")
    (alone / ".terraform.lock.hcl").symlink_to(module / ".terraform.lock.hcl")
    (alone / "terraform.tfvars.json").write_text(
        json.dumps(
            {
                "requirements": "requirements of mine.txt",
                "functions": {"app": {"handler": "handlers.default.handler"}},
                "routes": {"$connect": {"function": "app", "authorizer": True}},
                "authorizer": {
                    "jwt": {
                        "jwks_url": "https://issuer.example.com/keys",
                        "issuer": "https://issuer.example.com",
                        "audiences": ["chat"],
                        "architecture": "x86_64",
                        "runtime": "python3.12",
                    }
                },
            }
        )
    )
    finished = command_line.run(alone, "apply", "-auto-approve", *TARGET)
    assert finished.returncode == 0, finished.stdout
    packages = command_line.evaluate(alone, "local.packages")
    return {
        key: json.loads((alone / package["path"]).read_text()) for key, package in packages.items()
    }


def test_each_zip_is_built_with_the_options_that_it_needs(recorded: dict[str, list[str]]) -> None:
    options = {key: arguments[2:] for key, arguments in recorded.items()}
    assert options == {
        "functions": [
            *("--requirements", "requirements of mine.txt"),
            *("--architecture", "arm64", "--python-version", "3.13"),
        ],
        "authorizer": ["--authorizer", "--architecture", "x86_64", "--python-version", "3.12"],
    }
