"""Measure the figures, print them as a table, and write them as JSON."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from pathlib import Path

from benchmarks import figure, posting, reading, starting

SUBJECTS = {
    "posting": posting.figures,
    "starting": starting.figures,
    "reading": reading.figures,
}


def main(arguments: list[str]) -> int:
    """Measure what is asked for; return 1 if a figure is missed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("subjects", nargs="*", help=f"{', '.join(SUBJECTS)}; all by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the figures go as JSON")
    options = parser.parse_args(arguments)
    unknown = set(options.subjects) - set(SUBJECTS)
    if unknown:
        parser.error(f"{min(unknown)} is no subject; choose of {', '.join(SUBJECTS)}")
    figures = []
    for name in options.subjects or SUBJECTS:
        print(f"measuring {name} …", file=sys.stderr)
        figures += SUBJECTS[name]()
    print(figure.table(figures))
    if options.json:
        report = {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "figures": [each.to_json() for each in figures],
        }
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0 if all(each.is_met for each in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
