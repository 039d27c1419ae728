"""Models of how customers buy and what they spend, one file per paper.

A model is its parameters; every formula is written once and computed for one customer with
the standard library alone, for many with numpy. ``crmkit.metrics.value.fitting`` finds the
parameters.
"""
