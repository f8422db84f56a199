"""The zip of this project's own functions, whose files are not packed as they are."""

from pathlib import Path

from local_aws.watch.folders import files_in, folders_below
from local_aws.watch.package import Package
from local_aws.watch.sources import Sources
from scripts.packaging.command_line import main

REPOSITORY = Path(__file__).resolve().parents[3]


def test_source_of_each_file_is_found(tmp_path: Path) -> None:
    assert main(["--output", str(tmp_path / "lambda.zip")]) == 0
    package = Package.of_file(tmp_path / "lambda.zip")
    candidates = [Path(entry.path) for entry in files_in(folders_below(REPOSITORY))]
    sources = Sources.of(package, candidates, nearest=[REPOSITORY / "infra"])
    assert sources.files == {name: REPOSITORY / "lambda_src" / name for name in package.names}
    new = "handlers/new.py"
    assert sources.names_of(REPOSITORY / "lambda_src" / new) == (new,)
