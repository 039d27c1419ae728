"""The five indicators of relationship value, of one customer and of all."""
