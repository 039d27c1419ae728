"""Looks for the test packages before anything here needs them, and says what is missing."""

from crmkit._require import require

require("hypothesis", extra="testing")
# Asserts in here are part of what users run, so they deserve pytest's explanations.
require("pytest", extra="testing").register_assert_rewrite(
    "crmkit.testing._compared",
    "crmkit.testing._persons",
    "crmkit.testing._promises_of_adding",
    "crmkit.testing._promises_of_finding",
    "crmkit.testing._promises_of_forgetting",
    "crmkit.testing._promises_of_keeping",
    "crmkit.testing._promises_of_merging",
    "crmkit.testing._promises_of_order",
    "crmkit.testing._promises_of_progress",
    "crmkit.testing._promises_of_reading",
    "crmkit.testing._promises_of_telling",
    "crmkit.testing._promises_of_tombstones",
    "crmkit.testing._promises_under_faults",
    "crmkit.testing.laws",
    "crmkit.testing.machine",
)
