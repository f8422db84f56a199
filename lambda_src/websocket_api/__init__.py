"""What the API's Lambda functions are built on.

Importing this package imports nothing else: a handler pays only for the modules that it names.
"""
