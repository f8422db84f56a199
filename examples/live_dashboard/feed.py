"""Write orders, as a busy shop would; the environment says to which AWS."""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
import uuid
from dataclasses import dataclass, replace

import boto3
from botocore.exceptions import BotoCoreError, ClientError

PRODUCTS = {"lamp": 4_900, "chair": 12_900, "table": 34_900, "shelf": 8_900, "rug": 15_900}
NEXT_STATUS = {"placed": "paid", "paid": "sent"}


@dataclass(frozen=True, slots=True)
class Order:
    """A row of the table."""

    id: str
    product: str
    cents: int
    status: str = "placed"

    def item(self) -> dict[str, str | int]:
        """Return the row."""
        return {
            "id": self.id,
            "product": self.product,
            "cents": self.cents,
            "status": self.status,
            "at": int(time.time() * 1000),
        }


def main() -> int:
    """Write orders until Ctrl-C, or for as long as the command line says."""
    parser = argparse.ArgumentParser(prog="feed.py", description=__doc__)
    parser.add_argument("--rate", type=_positive, default=5, help="changes a second (default: 5)")
    parser.add_argument("--seconds", type=_positive, help="for how long (default: until Ctrl-C)")
    parser.add_argument("--table", default="live-dashboard-orders", help="the table's name")
    options = parser.parse_args()
    table = boto3.resource("dynamodb").Table(options.table)
    ends = time.monotonic() + (options.seconds or float("inf"))
    underway: list[Order] = []
    try:
        while time.monotonic() < ends:
            table.put_item(Item=_next_change(underway).item())
            time.sleep(random.expovariate(options.rate))
    except KeyboardInterrupt:
        sys.stderr.write("\n")
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"feed.py: nothing more can be written to {options.table}: {error}\n")
        return 1
    return 0


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def _next_change(underway: list[Order]) -> Order:
    """Return a new order, or one that has got a step further."""
    if underway and random.random() < 2 / 3:  # noqa: S311 - each order has three states
        order = underway.pop(random.randrange(len(underway)))  # noqa: S311 - any of them
        order = replace(order, status=NEXT_STATUS[order.status])
    else:
        product = random.choice(list(PRODUCTS))  # noqa: S311 - whatever is bought
        order = Order(uuid.uuid4().hex[:8], product, PRODUCTS[product])
    if order.status in NEXT_STATUS:
        underway.append(order)
    return order


if __name__ == "__main__":
    sys.exit(main())
