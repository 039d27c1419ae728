"""The versions of the shop's own tables."""
