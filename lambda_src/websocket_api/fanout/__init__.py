"""Broadcasts to large channels: worked off by workers, over a queue, within a rate budget.

A publish sends to the first subscribers itself and puts the rest on the queue: one ``Task`` a
shard. A worker claims a task in the table, sends a step at a time, and keeps how far it has got.
"""
