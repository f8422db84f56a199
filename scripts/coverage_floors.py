"""Hold the coverage of the last `make test` against what each part of the project must have.

Says nothing when all is well, so that pytest's own summary stays the last word.
"""

import io
import sys

import coverage

FLOORS = {"lambda_src": 100.0, "local_aws": 90.0, "scripts": 90.0}


def main() -> int:
    """Print a report of each folder that is below its floor; return the exit code."""
    measured = coverage.Coverage()
    measured.load()
    failures = 0
    for folder, floor in FLOORS.items():
        report = io.StringIO()
        percentage = measured.report(include=[f"{folder}/*"], file=report)
        if percentage < floor:
            failures += 1
            print(report.getvalue())
            print(f"{folder}: {percentage:.2f} % of lines and branches run; {floor:g} % must.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
