"""How it meets the world: stores, data frames, importers."""
