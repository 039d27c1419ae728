"""The models of a base as a text to keep, and which models to use: kept ones or new ones.

Kept models stand for new ones where they are of the same histories, which are of one day: the
fit would give them again. Where nothing can be fitted, because numpy is not installed, the
latest ones kept up to the day asked of are used, and their day is said. What is no part of a
model (margin, discount, currency) is always that of the base and the policy at hand.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from attrs import evolve

from crmkit.domain.errors import CrmkitError, InvalidValueError, MissingExtraError
from crmkit.domain.saved_models import SavedModels
from crmkit.domain.shop import Shop
from crmkit.domain.tally import CustomerSummary
from crmkit.domain.times import date_of
from crmkit.metrics.value.base.base_models import (
    BaseModels,
    fit_base,
    history_of,
    margin_of,
    spending_of,
)
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.plain import from_plain, to_plain

__all__ = ["models_of", "saved"]

_SCHEMA = 1


def saved(models: BaseModels, people: Sequence[CustomerSummary], *, as_of_day: int) -> SavedModels:
    """Return the models of a base as a store keeps them.

    Args:
        models: What was fitted, or why not.
        people: Whom they were fitted to.
        as_of_day: The last day they learnt from, in days since 1970-01-01.
    """
    told = {
        "schema": _SCHEMA,
        "histories": _digest(people, models.shop),
        "currency": models.shop.currency,
        "buying": _plain(models.buying),
        "spend": _plain(models.spend),
        "reason": models.reason,
    }
    return SavedModels(as_of_day=as_of_day, text=json.dumps(told, allow_nan=False))


def models_of(
    people: Sequence[CustomerSummary], shop: Shop, *, kept: SavedModels | None
) -> BaseModels:
    """Return the models of a base: those kept of it, or fitted now.

    Args:
        people: Everyone, as of a day.
        shop: Whose policy rules.
        kept: The latest models kept up to that day, if there are any.
    """
    told = {} if kept is None else _told(kept, shop)
    if told and told["histories"] == _digest(people, shop):
        return _read(told, people, shop)
    fitted = fit_base(people, shop)
    if kept is None or not told or not isinstance(fitted.buying, MissingExtraError):
        return fitted
    note = f"learnt as of {date_of(kept.as_of_day)} and kept; to learn anew: {fitted.buying}"
    return evolve(_read(told, people, shop), notes=(note,))


def _plain(fit: Fit[Any] | CrmkitError) -> dict[str, Any]:
    return {"missing": str(fit)} if isinstance(fit, CrmkitError) else to_plain(fit)


def _told(kept: SavedModels, shop: Shop) -> dict[str, Any]:
    """What was kept; nothing where it is of another make or another currency."""
    try:
        told = json.loads(kept.text)
    except ValueError as error:
        raise InvalidValueError("saved models", kept.text, "must be what was saved") from error
    is_ours = isinstance(told, dict) and told.get("schema") == _SCHEMA
    return told if is_ours and told["currency"] == shop.currency else {}


def _read(told: dict[str, Any], people: Sequence[CustomerSummary], shop: Shop) -> BaseModels:
    return BaseModels(
        shop=shop,
        buying=_fit(told["buying"]),
        spend=_fit(told["spend"]),
        margin=margin_of(people, shop),
        reason=told["reason"],
    )


def _fit(plain: dict[str, Any]) -> Any:
    missing = plain.get("missing")
    return from_plain(plain) if missing is None else CrmkitError(missing)


def _digest(people: Sequence[CustomerSummary], shop: Shop) -> str:
    """A short name of all that the models learn from."""
    rows = (
        (*history_of(one).values(), *spending_of(one, shop).values()) for one in people if one.days
    )
    found = sha256()
    for row in sorted(rows):
        found.update(repr(row).encode())
    return found.hexdigest()
