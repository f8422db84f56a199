from pathlib import Path

from local_aws.places import PLACES, Places


def test_checkout_keeps_everything_within_itself(tmp_path: Path) -> None:
    (tmp_path / "requirements-runtime.txt").touch()
    places = Places.of(tmp_path / "local_aws", {})
    assert places == Places(
        runtime_requirements=tmp_path / "requirements-runtime.txt",
        cache=tmp_path / ".cache",
        tools=tmp_path / ".tools",
        module=tmp_path / "infra",
    )


def test_installed_package_keeps_nothing_among_packages(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "local_aws"
    caches = tmp_path / "caches"
    assert Places.of(package, {"XDG_CACHE_HOME": str(caches)}) == Places(
        runtime_requirements=package / "requirements-runtime.txt",
        cache=caches / "terraform-aws-websocket",
        tools=caches / "terraform-aws-websocket" / "tools",
        module=None,
    )
    assert Places.of(package, {}).cache == Path.home() / ".cache/terraform-aws-websocket"


def test_this_is_a_checkout() -> None:
    assert PLACES.module is not None
    assert (PLACES.module / "versions.tf").is_file()
    assert PLACES.runtime_requirements.is_file()
