from tests.end_to_end.given import REPOSITORY
from tests.examples.given import EXAMPLES


def test_every_example_has_a_readme_and_a_test_of_its_name() -> None:
    roots = {path.name for path in EXAMPLES.iterdir() if any(path.glob("*.tf"))}
    assert {name for name in roots if (EXAMPLES / name / "README.md").is_file()} == roots
    tests = REPOSITORY / "tests" / "examples"
    assert {name for name in roots if (tests / f"test_{name}.py").is_file()} == roots
