from pathlib import Path

import pytest

from local_aws.api_gateway.settings import GatewaySettings
from local_aws.command_line import StackSettings, parse_command_line
from local_aws.faults import Faults


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").touch()
    return tmp_path


def test_root_defaults_to_infra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "api.tf").touch()
    monkeypatch.chdir(tmp_path)
    assert parse_command_line([]) == StackSettings(root=Path("infra"))


def test_every_option_reaches_the_settings(root: Path) -> None:
    variables = root / "values.tfvars"
    variables.touch()
    arguments = (
        f"{root} --host 0.0.0.0 --port 0 --aws-port 65535 --region eu-west-1"
        f" --stage-var colour=blue --stage-var size=a=b --var name=chat --var-file {variables}"
        f" --ready-file {root}/ready.json --verbose --watch --ttl-sweep 2s"
        " --idle-timeout 500ms --max-lifetime 1.5m"
        " --serial --no-verify-signatures --drop-disconnect 0.1 --fault slow-connect=2s"
        " --fault gone-race=0.05 --fault throttled-post=1 --fault cold-start=500ms"
        " --fault slow-post=15ms"
    )
    assert parse_command_line(arguments.split()) == StackSettings(
        root=root,
        host="0.0.0.0",  # noqa: S104 - a setting, on which nothing is opened here
        port=0,
        aws_port=65535,
        region="eu-west-1",
        stage_variables={"colour": "blue", "size": "a=b"},
        terraform_variables={"name": "chat"},
        variable_files=(variables,),
        ready_file=root / "ready.json",
        verbose=True,
        watch=True,
        time_to_live_sweep_seconds=2,
        gateway=GatewaySettings(
            idle_timeout_seconds=0.5,
            maximum_lifetime_seconds=90,
            maximum_parallel_messages=1,
            verify_signatures=False,
        ),
        faults=Faults(
            drop_disconnect=0.1,
            slow_connect_seconds=2,
            gone_race=0.05,
            throttled_post=1,
            cold_start_seconds=0.5,
            slow_post_seconds=0.015,
        ),
    )


@pytest.mark.parametrize(("given", "seconds"), [("7", 7), ("7s", 7), ("2h", 7_200), ("10m", 600)])
def test_times_are_written_with_their_unit(root: Path, given: str, seconds: float) -> None:
    settings = parse_command_line([str(root), "--idle-timeout", given])
    assert settings.gateway.idle_timeout_seconds == seconds


@pytest.mark.parametrize(
    ("host", "own_host", "who"),
    [
        ("0.0.0.0", "127.0.0.1", "this machine, at any of its addresses,"),  # noqa: S104 - nothing is opened
        ("192.0.2.1", "192.0.2.1", "192.0.2.1"),
    ],
)
def test_other_host_than_loopback_is_warned_of(
    root: Path, host: str, own_host: str, who: str
) -> None:
    settings = parse_command_line([str(root), "--host", host])
    assert settings.own_host == own_host
    assert settings.exposure is not None
    assert settings.exposure.startswith(f"Warning: whoever can reach {who} can use")


def test_loopback_is_not_warned_of(root: Path) -> None:
    assert parse_command_line([str(root)]).exposure is None
    settings = parse_command_line([str(root), "--host", "127.0.0.2"])
    assert (settings.own_host, settings.exposure) == ("127.0.0.2", None)


def test_json_syntax_makes_a_root_too(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").touch()
    assert parse_command_line([str(tmp_path)]).root == tmp_path


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["no/such/folder"], "there is no folder 'no/such/folder'"),
        (["{empty}"], "holds no .tf file"),
        (["{root}", "--port", "65536"], "'65536' is no port; use 0 to 65535"),
        (["{root}", "--aws-port", "http"], "'http' is no port"),
        (["{root}", "--stage-var", "colour"], "'colour' is not of the form NAME=VALUE"),
        (["{root}", "--var", "=blue"], "'=blue' is not of the form NAME=VALUE"),
        (["{root}", "--var-file", "missing.tfvars"], "there is no file 'missing.tfvars'"),
        (["{root}", "--ready-file", "no/such/ready.json"], "is no file in a folder that is there"),
        (["{root}", "--ready-file", "{empty}"], "is no file in a folder that is there"),
        (["{root}", "--idle-timeout", "soon"], "'soon' is no time such as 500ms, 5s, 10m or 2h"),
        (["{root}", "--max-lifetime", "0s"], "'0s' is no time"),
        (["{root}", "--host", "localhost"], "'localhost' is no IPv4 address; use one of this"),
        (["{root}", "--drop-disconnect", "2"], "'2' is no share from 0 to 1, such as 0.1"),
        (["{root}", "--drop-disconnect", "often"], "'often' is no share from 0 to 1"),
        (["{root}", "--fault", "gone-race=nan"], "'nan' is no share from 0 to 1"),
        (["{root}", "--fault", "slow-connect"], "'' is no time such as 500ms"),
        (["{root}", "--fault", "lag=2s"], "'lag=2s' is no fault; use slow-connect=2s"),
        (["{root}", "--port", "4566"], "--port and --aws-port are the same"),
    ],
)
def test_wrong_argument_exits_with_2_and_says_what_to_do(
    arguments: list[str], complaint: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "empty").mkdir()
    filled = [argument.format(root=root, empty=root / "empty") for argument in arguments]
    with pytest.raises(SystemExit) as exit_information:
        parse_command_line(filled)
    assert exit_information.value.code == 2
    assert complaint in capsys.readouterr().err
