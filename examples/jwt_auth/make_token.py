"""Print a JSON Web Token, signed as an identity provider would; the first call makes the keys.

The private key lies in keys/, which git ignores. It is for trying the API out: whoever has it can
be anyone, so a real API takes the keys of a real identity provider.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm

if TYPE_CHECKING:
    from collections.abc import Sequence

ALGORITHM = "ES256"
KEY_ID = "example"


def main(arguments: Sequence[str]) -> int:
    """Print the token that the command line asks for; return the exit code."""
    options = _parse_command_line(arguments)
    key = _private_key(options.keys / "private.pem")
    _publish(key, options.keys / "public.json")
    now = int(time.time())
    claims = {
        "iss": options.issuer,
        "aud": options.audience,
        "sub": options.user,
        "iat": now,
        "exp": now + 60 * options.minutes,
    }
    token = jwt.encode(claims, key, ALGORITHM, headers={"kid": KEY_ID})
    sys.stdout.write(f"{token}\n")
    return 0


def _private_key(file: Path) -> EllipticCurvePrivateKey:
    """Return the key in the file, which is made if there is none."""
    if file.is_file():
        return _read(file)
    key = generate_private_key(SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.parent.mkdir(parents=True, exist_ok=True)
    # Nobody else may read it.
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
        made.write(pem)
    return key


def _read(file: Path) -> EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except ValueError:
        key = None
    if not isinstance(key, EllipticCurvePrivateKey):
        sys.exit(f"{file} holds no key of an elliptic curve; remove it, and another is made.")
    return key


def _publish(key: EllipticCurvePrivateKey, file: Path) -> None:
    """Write the public key to a file, as a JSON Web Key Set."""
    members = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    key_set = {"keys": [{**members, "kid": KEY_ID, "alg": ALGORITHM, "use": "sig"}]}
    file.write_text(json.dumps(key_set, indent=2) + "\n", encoding="utf-8")


def _parse_command_line(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make_token.py", description=__doc__)
    parser.add_argument("--user", required=True, help="whom the token is about (sub)")
    parser.add_argument("--minutes", type=int, default=60, help="until it expires; 60 if left out")
    parser.add_argument("--issuer", default="https://issuer.example.com/", help="who signs (iss)")
    parser.add_argument("--audience", default="greeter", help="whom it is for (aud)")
    parser.add_argument(
        "--keys",
        type=Path,
        default=Path(__file__).resolve().parent / "keys",
        metavar="FOLDER",
        help="where the keys are, or are made; keys/ beside this file if left out",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
