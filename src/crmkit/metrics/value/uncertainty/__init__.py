"""How sure figures of a fitted model are, beyond the delta method."""
