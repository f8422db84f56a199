"""The operations by entity: each checks what AWS refuses and leaves the rest to moto."""
