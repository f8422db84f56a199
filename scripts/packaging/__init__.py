"""What builds the Lambda packages, of which `scripts/package.py` is the command.

Terraform runs it with whichever Python 3.9 or later a machine has, so it needs the standard library
alone, and every one of these Pythons must make the same bytes.
"""
