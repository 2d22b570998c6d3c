"""The chain rule with its numbers, path by path, as text and as formulas."""
