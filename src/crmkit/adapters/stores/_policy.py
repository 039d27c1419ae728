"""What every store checks of a shop before it keeps anything for it."""

from crmkit.domain.errors import ShopMismatchError, StoreError
from crmkit.domain.shop import Shop


def same_books(kept: Shop, given: Shop) -> None:
    """Refuse a policy under which the kept rows would mean something else.

    Raises:
        ShopMismatchError: The zone or the currency is another one.
    """
    for name in ("timezone", "currency"):
        have, new = getattr(kept, name), getattr(given, name)
        if have != new:
            raise ShopMismatchError(kept.id, name, have, new)


def never_attached(shop_id: str) -> StoreError:
    """Return the error for a shop that the store knows nothing of."""
    return StoreError(f"shop {shop_id!r} is not kept here; call attach() first")
