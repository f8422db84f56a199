"""The operations by what they act on: each checks what AWS refuses and leaves the rest to moto."""
