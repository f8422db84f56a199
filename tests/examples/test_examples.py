import base64
import hashlib
import re
from pathlib import Path

import pytest

from tests.end_to_end.given import REPOSITORY
from tests.examples.given import EXAMPLES


def test_every_example_has_a_readme_and_a_test_of_its_name() -> None:
    roots = {path.name for path in EXAMPLES.iterdir() if any(path.glob("*.tf"))}
    assert {name for name in roots if (EXAMPLES / name / "README.md").is_file()} == roots
    tests = REPOSITORY / "tests" / "examples"
    assert {name for name in roots if (tests / f"test_{name}.py").is_file()} == roots


@pytest.mark.parametrize("page", sorted(EXAMPLES.rglob("*.html")), ids=lambda page: page.name)
def test_page_runs_nothing_but_what_its_policy_names(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    def hashes(element: str) -> list[str]:
        texts = re.findall(f"<{element}>(.*?)</{element}>", text, re.DOTALL)
        digests = [hashlib.sha256(each.encode()).digest() for each in texts]
        return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]

    policy = {
        "default-src 'none'",
        "connect-src ws: wss:",
        f"style-src {' '.join(hashes('style'))}",
        f"script-src {' '.join(hashes('script'))}",
        "base-uri 'none'",
        "form-action 'none'",
    }
    (written,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert set(written.split("; ")) == policy
    assert "innerHTML" not in text
