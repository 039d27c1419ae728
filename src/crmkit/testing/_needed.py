"""Looks for the test packages before anything here needs them, and says what is missing."""

from crmkit._require import require

require("hypothesis", extra="testing")
# Asserts in here are part of what users run, so they deserve pytest's explanations.
require("pytest", extra="testing").register_assert_rewrite(
    "crmkit.testing._promises_of_adding",
    "crmkit.testing._promises_of_keeping",
    "crmkit.testing._promises_of_reading",
    "crmkit.testing.laws",
    "crmkit.testing.machine",
)
