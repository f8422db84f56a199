"""What Lambda polls: SQS queues and DynamoDB streams, by event source mappings.

`EventSources` keeps a poller for each mapping. `queue_poller` and `stream_poller` are those of the
two kinds; what they decide with is pure: `filter_pattern`, `batch_response`, `batches`,
`queue_records`, `stream_records` and `stream_attempts`.
"""
