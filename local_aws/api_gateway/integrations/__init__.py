"""What routes are integrated with: one module a type, chosen by `integrations`."""
