"""SQS queues that lose nothing when several read and write at once, and plan empty once applied."""
