"""Send a text to a user, from any machine; the environment says to which API.

It needs WEBSOCKET_TABLE_NAME, WEBSOCKET_MANAGEMENT_ENDPOINT, a Region, and credentials that the
module's publisher_policy_json is attached to.
"""

from __future__ import annotations

import argparse
import sys

from websocket_api import Publisher


def main() -> int:
    """Send what the command line says; return 0 if it reached a connection of the user, else 1."""
    parser = argparse.ArgumentParser(prog="notify.py", description=__doc__)
    parser.add_argument("user", help="to whom: the sub of the user's token")
    parser.add_argument("text", help="what to send")
    options = parser.parse_args()
    report = Publisher.from_env().send_to_user(options.user, {"type": "note", "text": options.text})
    sys.stdout.write(f"Delivered to {report.delivered} connections.\n")
    return 0 if report.delivered else 1


if __name__ == "__main__":
    sys.exit(main())
