"""Build the Lambda package: `dist/lambda.zip`, the same bytes for the same sources everywhere.

The zip holds our `websocket_api/` and `handlers/`, or a user's own folder in place of our handlers,
and the pinned wheels of a requirements file, chosen for the function's architecture and Python
version. The JWT authorizer has a zip of its own, so that no other function carries its wheels. What
is ours goes in without docstrings and comments, and compressed; a user's files go in as they are.

Terraform runs this file by its path during apply, so it needs nothing but Python 3.9.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    # Python looks for modules beside this file, and not where the package `scripts` lies.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from scripts.packaging.command_line import main

    sys.exit(main(sys.argv[1:]))
