"""A base's models put to use: fitted, kept, and asked of its customers."""
