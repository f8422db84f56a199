from pathlib import Path

import pytest

from local_aws.terraform.mirror import (
    AWS_PROVIDER,
    Mirror,
    MirrorError,
    SearchPlaces,
    find_mirror,
    implied_directories,
    providers,
)


@pytest.fixture
def places(tmp_path: Path) -> SearchPlaces:
    """Places of this test alone: nothing of the machine is looked at."""
    addon_directories = (tmp_path / "share", tmp_path / "opt")
    return SearchPlaces(
        root=tmp_path / "root", home=tmp_path / "home", addon_directories=addon_directories
    )


def unpack(mirror: Path, version: str, platform: str = "linux_amd64") -> None:
    (mirror / AWS_PROVIDER / version / platform).mkdir(parents=True)


def pack(mirror: Path, version: str, platform: str = "linux_amd64") -> None:
    directory = mirror / AWS_PROVIDER
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"terraform-provider-aws_{version}_{platform}.zip").touch()


def find(
    places: SearchPlaces, environment: dict[str, str] | None = None, platform: str = "linux_amd64"
) -> Mirror | None:
    return find_mirror(
        {"XDG_DATA_DIRS": "/absent", **(environment or {})}, platform=platform, places=places
    )


def test_there_may_be_no_mirror(places: SearchPlaces) -> None:
    assert find(places) is None


def test_mirror_that_the_variable_names_comes_first(places: SearchPlaces, tmp_path: Path) -> None:
    unpack(tmp_path / "named", "5.90.0")
    unpack(places.home / ".terraform.d/plugins", "5.100.0")

    mirror = find(places, {"TF_PLUGIN_MIRROR": str(tmp_path / "named")})

    assert mirror == Mirror(tmp_path / "named", ("5.90.0",), "TF_PLUGIN_MIRROR names it")


@pytest.mark.parametrize("content", ["nothing", "another platform", "too old", "pre-release"])
def test_variable_that_names_no_usable_mirror_is_an_error(
    places: SearchPlaces, tmp_path: Path, content: str
) -> None:
    named = tmp_path / "named"
    if content == "another platform":
        unpack(named, "5.100.0", "darwin_arm64")
    elif content == "too old":
        unpack(named, "5.79.0")
    elif content == "pre-release":
        unpack(named, "6.0.0-beta1")

    with pytest.raises(MirrorError) as raised:
        find(places, {"TF_PLUGIN_MIRROR": str(named)})

    assert f"{named}/{AWS_PROVIDER} holds no version 5.80 or later for linux_amd64" in str(
        raised.value
    )
    assert "terraform providers mirror" in str(raised.value)


@pytest.mark.parametrize(
    "directory",
    [
        "root/terraform.d/plugins",
        "home/.terraform.d/plugins",
        "home/.local/share/terraform/plugins",
    ],
)
def test_folders_of_terraform_itself_come_before_the_add_on_folders(
    places: SearchPlaces, tmp_path: Path, directory: str
) -> None:
    unpack(tmp_path / directory, "5.80.0")
    unpack(tmp_path / "opt/plugins", "5.100.0")

    mirror = find(places)

    assert mirror is not None
    assert mirror.path == tmp_path / directory


def test_data_folders_follow_the_xdg_variables(places: SearchPlaces) -> None:
    environment = {"XDG_DATA_HOME": "/data", "XDG_DATA_DIRS": "/one:/two"}

    directories = implied_directories(environment, platform="linux_amd64", places=places)

    assert [str(path) for path in directories[-3:]] == [
        "/data/terraform/plugins",
        "/one/terraform/plugins",
        "/two/terraform/plugins",
    ]


def test_data_folders_of_macos_are_its_own(places: SearchPlaces) -> None:
    directories = implied_directories(
        {"XDG_DATA_HOME": "/data"}, platform="darwin_arm64", places=places
    )

    assert directories[-2:] == (
        places.home / "Library/Application Support/io.terraform/plugins",
        Path("/Library/Application Support/io.terraform/plugins"),
    )


def test_add_on_folders_are_searched_three_levels_deep(
    places: SearchPlaces, tmp_path: Path
) -> None:
    unpack(tmp_path / "opt/1/2/3/4", "5.100.0")
    assert find(places) is None

    unpack(tmp_path / "opt/one/two/three", "5.100.0")
    assert find(places) == Mirror(
        tmp_path / "opt/one/two/three", ("5.100.0",), f"found below {tmp_path / 'opt'}"
    )


def test_nearest_mirror_of_the_first_add_on_folder_wins(
    places: SearchPlaces, tmp_path: Path
) -> None:
    unpack(tmp_path / "opt", "5.100.0")
    unpack(tmp_path / "share/a/b", "5.100.0")
    unpack(tmp_path / "share/z", "5.100.0")

    mirror = find(places)

    assert mirror is not None
    assert mirror.path == tmp_path / "share/z"


def test_links_among_the_add_on_folders_are_not_followed(
    places: SearchPlaces, tmp_path: Path
) -> None:
    (tmp_path / "opt").mkdir()
    (tmp_path / "opt/loop").symlink_to(tmp_path / "opt")

    assert find(places) is None


def test_add_on_folder_that_cannot_be_listed_is_passed_over(
    places: SearchPlaces, tmp_path: Path
) -> None:
    (tmp_path / "share").touch()
    unpack(tmp_path / "opt/plugins", "5.100.0")

    assert find(places) is not None


def test_versions_of_both_layouts_are_known_oldest_first(
    places: SearchPlaces, tmp_path: Path
) -> None:
    mirror_path = tmp_path / "opt/plugins"
    unpack(mirror_path, "5.100.0")
    pack(mirror_path, "5.99.1")
    pack(mirror_path, "6.2.0", "darwin_arm64")
    unpack(mirror_path, "5.9.0")

    mirror = find(places)

    assert mirror is not None
    assert mirror.versions == ("5.99.1", "5.100.0")


def test_all_providers_of_a_mirror_are_listed(tmp_path: Path) -> None:
    unpack(tmp_path, "5.100.0")
    (tmp_path / "registry.terraform.io/hashicorp/random/3.6.0/linux_amd64").mkdir(parents=True)
    (tmp_path / "registry.terraform.io/index.json").touch()
    (tmp_path / "notes/of/mine").mkdir(parents=True)

    assert providers(tmp_path) == (AWS_PROVIDER, "registry.terraform.io/hashicorp/random")
