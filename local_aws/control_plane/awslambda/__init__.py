"""Lambda operations that moto lacks or answers otherwise than AWS."""
