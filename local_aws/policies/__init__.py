"""IAM policies: their documents, and the wildcards that these and ARNs are compared with."""
