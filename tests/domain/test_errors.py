"""Errors are one tree, drawn in full; they keep their fields and cross process borders."""

import copy
import pickle
import re

import pytest

from crmkit.domain import errors
from crmkit.domain.errors import (
    CrmkitError,
    CurrencyMismatchError,
    ErasedError,
    ErasureKeyError,
    IllegalTransitionError,
    InsufficientDataError,
    InvalidValueError,
    MissingExtraError,
    NoRateError,
    SchemaVersionError,
    ShopMismatchError,
    SignatureError,
    StaleRecordError,
    StoreConflictError,
    StoreError,
    UnreadableLogError,
    WebhookError,
)

EXAMPLES = [
    CrmkitError("anything"),
    InvalidValueError("amount", 1.5, "must be whole", "give it as text"),
    InvalidValueError("amount", "x", "must be whole"),
    CurrencyMismatchError("EUR", "USD"),
    NoRateError("USD", "EUR", "2026-03-01"),
    UnreadableLogError("log.csv", "is empty", "export it again"),
    IllegalTransitionError("lost", "loyal", ("reactivated",)),
    IllegalTransitionError("nowhere", "loyal", ()),
    InsufficientDataError("nps", 2, 1, "answers"),
    StoreError("the disk is full"),
    StaleRecordError("c1", 2),
    StoreConflictError("shop", "17", 0),
    ErasedError("purchase", "2026-05-01"),
    ErasureKeyError("lamp", "none was given"),
    SchemaVersionError(2, 1),
    ShopMismatchError("lamp", "currency", "EUR", "USD"),
    WebhookError("https://x/y", "answered 500", retry=True, after=30),
    SignatureError("has no header webhook-id"),
    MissingExtraError("numpy", "models"),
]


def _family(root):
    return {root}.union(*map(_family, root.__subclasses__()))


def test_every_error_has_an_example_here_and_is_exported():
    tree = {one for one in _family(CrmkitError) if one.__module__.startswith("crmkit")}
    assert {type(one) for one in EXAMPLES} == tree
    assert {one.__name__ for one in tree} == set(errors.__all__)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("travel", [lambda one: pickle.loads(pickle.dumps(one)), copy.copy])
def test_errors_cross_process_borders_unchanged(error, travel):
    again = travel(error)
    assert type(again) is type(error)
    assert (str(again), vars(again), again.args) == (str(error), vars(error), error.args)


def test_the_tree_in_the_docstring_is_the_tree():
    drawn, path = {}, []
    for line in errors.__doc__.splitlines():
        if found := re.match(r"^([ │├└─]*)(\w+Error)\b", line):
            depth = len(found[1]) // 4
            path = [*path[: depth - 1], found[2]]
            drawn[found[2]] = path[-2] if len(path) > 1 else None
    parents = {
        one.__name__: next(
            (base.__name__ for base in one.__bases__ if base in _family(CrmkitError)), None
        )
        for one in _family(CrmkitError)
        if one.__module__.startswith("crmkit")
    }
    assert drawn == parents


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda one: type(one).__name__)
def test_every_error_says_something_in_one_line(error):
    assert str(error)
    assert "\n" not in str(error)


def test_long_values_are_cut():
    error = InvalidValueError("field", "x" * 500, "must be short")
    assert len(str(error)) < 120
    assert error.value == "x" * 500


def test_errors_are_also_what_python_calls_them():
    assert issubclass(InvalidValueError, ValueError)
    assert issubclass(UnreadableLogError, ValueError)
    assert issubclass(MissingExtraError, ImportError)
