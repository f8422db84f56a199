"""API Gateway V2 operations that moto lacks or answers otherwise than AWS; a module an entity."""
