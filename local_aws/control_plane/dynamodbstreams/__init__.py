"""DynamoDB streams with what moto lacks: iterators that cost nothing, and records as AWS's."""
