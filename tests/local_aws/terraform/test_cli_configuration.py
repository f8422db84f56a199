import json
import subprocess
from pathlib import Path

import pytest

from local_aws.terraform.binary import Binary
from local_aws.terraform.cli_configuration import (
    Configuration,
    ConfigurationError,
    advice,
    configure,
)
from local_aws.terraform.mirror import AWS_PROVIDER, SearchPlaces


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A mirror where it is found without being named."""
    (tmp_path / "opt/plugins" / AWS_PROVIDER / "5.100.0/linux_amd64").mkdir(parents=True)
    return tmp_path / "opt/plugins"


def configured(tmp_path: Path, environment: dict[str, str] | None = None) -> Configuration:
    places = SearchPlaces(
        root=tmp_path / "root", home=tmp_path / "home", addon_directories=(tmp_path / "opt",)
    )
    directory = tmp_path / "generated"
    directory.mkdir(exist_ok=True)
    return configure(
        {"XDG_DATA_DIRS": "/absent", **(environment or {})},
        platform="linux_amd64",
        directory=directory,
        places=places,
    )


def generated_text(configuration: Configuration) -> str:
    return Path(configuration.environment["TF_CLI_CONFIG_FILE"]).read_text()


def assert_terraform_reads(binary: Binary, configuration: Configuration) -> None:
    """Let Terraform itself read the file: it prints every problem that it finds."""
    answer = subprocess.run(
        (binary.path, "version"),
        env={**configuration.environment, "CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "CLI configuration" not in answer.stdout + answer.stderr


def test_mirror_is_used_and_said(home: Path, mirror: Path, tmp_path: Path) -> None:
    configuration = configured(tmp_path)

    assert not list(home.iterdir())
    assert configuration.notes == (
        f"AWS provider 5.100.0 from {mirror} (found below {tmp_path / 'opt'}).",
    )
    assert generated_text(configuration) == (
        "provider_installation {\n"
        f'  filesystem_mirror {{ path = "{mirror}" }}\n'
        '  direct { exclude = ["registry.terraform.io/hashicorp/aws"] }\n'
        "}\n"
    )


def test_generated_file_is_private(mirror: Path, tmp_path: Path) -> None:
    assert mirror.is_dir()

    path = Path(configured(tmp_path).environment["TF_CLI_CONFIG_FILE"])

    assert path.stat().st_mode & 0o777 == 0o600


def test_without_a_mirror_nothing_is_generated(home: Path, tmp_path: Path) -> None:
    (home / ".terraformrc").write_text("disable_checkpoint = true\n")

    configuration = configured(tmp_path)

    assert configuration == Configuration({"XDG_DATA_DIRS": "/absent"}, ())
    assert not list((tmp_path / "generated").iterdir())


@pytest.mark.parametrize("variable", ["TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG"])
def test_variable_that_names_no_file_is_ignored_with_a_note(tmp_path: Path, variable: str) -> None:
    configuration = configured(tmp_path, {variable: "/nowhere/terraform.rc"})

    assert variable not in configuration.environment
    assert configuration.notes == (
        f"{variable} names /nowhere/terraform.rc, which is no file; it is ignored.",
    )


def test_empty_variable_is_as_good_as_none(tmp_path: Path) -> None:
    assert configured(tmp_path, {"TF_CLI_CONFIG_FILE": ""}).notes == ()


def test_settings_of_all_the_users_files_are_kept(
    home: Path, mirror: Path, tmp_path: Path, terraform_binary: Binary
) -> None:
    assert mirror.is_dir()
    (tmp_path / "cache").mkdir()
    (home / ".terraformrc").write_text(f'plugin_cache_dir = "{tmp_path}/cache"\n')
    (home / ".terraform.d").mkdir()
    (home / ".terraform.d/work.tfrc").write_text('credentials "one.example" {\n token = "1" \n}')
    (home / ".terraform.d/credentials.tfrc.json").write_text(
        json.dumps(
            {
                "credentials": {"two.example": {"token": 'a"2'}},
                "host": {"two.example": {"services": {"modules.v1": "https://two.example/"}}},
                "credentials_helper": {"keychain": {"args": ["--host", "two"]}},
                "disable_checkpoint": True,
            }
        )
    )

    configuration = configured(tmp_path)

    text = generated_text(configuration)
    assert f'plugin_cache_dir = "{tmp_path}/cache"' in text
    assert 'credentials "one.example"' in text
    assert 'credentials "two.example" {\n"token" = "a\\"2"\n}' in text
    assert "disable_checkpoint = true" in text
    assert_terraform_reads(terraform_binary, configuration)


def test_kept_settings_take_effect(
    home: Path, mirror: Path, tmp_path: Path, terraform_binary: Binary
) -> None:
    assert mirror.is_dir()
    (home / ".terraform.d").mkdir()
    (home / ".terraform.d/cache.tfrc.json").write_text('{"plugin_cache_dir": "/absent/cache"}')

    with pytest.raises(AssertionError, match="plugin cache dir /absent/cache cannot be opened"):
        assert_terraform_reads(terraform_binary, configured(tmp_path))


def test_named_file_stands_for_all_others(home: Path, mirror: Path, tmp_path: Path) -> None:
    assert mirror.is_dir()
    (home / ".terraformrc").write_text("disable_checkpoint = true\n")
    named = tmp_path / "named.tfrc"
    named.write_text("disable_checkpoint_signature = true\n")

    text = generated_text(configured(tmp_path, {"TF_CLI_CONFIG_FILE": str(named)}))

    assert text.startswith(f"# From {named}\ndisable_checkpoint_signature = true\n")
    assert "disable_checkpoint = true" not in text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".terraformrc", "provider_installation {\n  direct {}\n}\n"),
        (".terraformrc", '/* mine: */ provider_installation { direct {} } // "'),
        (".terraform.d/mine.tfrc.json", '{"provider_installation": {"direct": {}}}'),
    ],
)
def test_users_own_provider_installation_is_left_alone(
    home: Path, mirror: Path, tmp_path: Path, name: str, text: str
) -> None:
    assert mirror.is_dir()
    file = home / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)

    configuration = configured(tmp_path)

    assert "TF_CLI_CONFIG_FILE" not in configuration.environment
    assert configuration.notes == (
        f"Providers are installed as provider_installation in {file} says.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "# provider_installation { direct {} }\n",
        "// provider_installation {\n",
        "/* provider_installation {\n} */\n",
        'plugin_cache_dir = "/provider_installation { # "\n',
    ],
)
def test_provider_installation_in_a_comment_or_string_counts_for_nothing(
    home: Path, mirror: Path, tmp_path: Path, text: str
) -> None:
    assert mirror.is_dir()
    (home / ".terraformrc").write_text(text)

    assert "TF_CLI_CONFIG_FILE" in configured(tmp_path).environment


def test_folders_in_which_terraform_looks_by_itself_are_still_looked_in(
    home: Path, mirror: Path, tmp_path: Path
) -> None:
    own = home / ".terraform.d/plugins"
    (own / "registry.terraform.io/hashicorp/random").mkdir(parents=True)

    text = generated_text(configured(tmp_path))

    assert f'path = "{mirror}"' in text
    assert f'path = "{own}"' in text
    addresses = ("registry.terraform.io/hashicorp/aws", "registry.terraform.io/hashicorp/random")
    assert f"exclude = {json.dumps(addresses)}" in text


@pytest.mark.parametrize(("content", "problem"), [(b"{oops", "no valid JSON"), (b"\xff", "read")])
def test_unreadable_file_is_named(home: Path, tmp_path: Path, content: bytes, problem: str) -> None:
    (home / ".terraformrc").write_bytes(content)

    with pytest.raises(ConfigurationError) as raised:
        configured(tmp_path)

    assert str(home / ".terraformrc") in str(raised.value)
    assert problem in str(raised.value)


def test_advice_names_both_ways_out() -> None:
    assert "registry.terraform.io" in advice()
    assert "TF_PLUGIN_MIRROR" in advice()
