"""The Lambda functions of the API, one module each; a module's ``handler`` is its entry."""
