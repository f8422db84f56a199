"""Terraform, driven from Python: find it, configure it, run it on a root that stays untouched."""
