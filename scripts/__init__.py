"""The commands behind the Makefile, and what they are made of."""
