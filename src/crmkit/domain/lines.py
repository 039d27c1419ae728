"""The lines of orders and returns: what each amount is for.

A line's amount is the fact, rounded once at the border; a unit price is read off it. Goods
are counted in thousandths (``units``) so that sums stay whole numbers.
"""

from decimal import Decimal

from attrs import field, frozen

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.money import Money, to_decimal
from crmkit.domain.naming import by_field
from crmkit.domain.validators import named_if_given
from crmkit.domain.words import Word

_THOUSAND = Decimal(1000)
_MOST = 10**12


class Nature(Word):
    """What the amount of a line is for."""

    GOODS = "goods"
    SHIPPING = "shipping"
    DISCOUNT = "discount"
    FEE = "fee"
    TAX = "tax"
    ADJUSTMENT = "adjustment"
    LIABILITY = "liability"
    DONATION = "donation"


def _quantity(value: Decimal | int | str) -> Decimal:
    if type(value) is int and 0 <= value <= _MOST:
        return Decimal(value)
    number = to_decimal("quantity", value)
    if not 0 <= number <= _MOST or round(number, 3) != number:
        rule = f"must be 0 or more, with at most three decimals, up to {_MOST:,}"
        raise InvalidValueError("quantity", value, rule)
    return number


def _nature(value: Nature | str) -> Nature:
    # An enumeration takes its time to find out that it was given a member of its own.
    return value if type(value) is Nature else Nature(value)


@frozen(kw_only=True, field_transformer=by_field)
class Line:
    """One line of an order or a return, without tax.

    Attributes:
        product_id: What was bought; None where the source does not say. Only goods with a
            product can be linked to a return.
        quantity: How much of it; 0 to 10¹², at most three decimals.
        amount: What is paid for all of it (in a return: given back for it). Goods are 0 or
            more; a discount is negative in an order and positive in a return that takes
            more off the bill; the other natures carry the sign of what they are.
        cost: Cost of all of it to the shop, if known.
        category: The shop's own class of the product.
        nature: What the amount is for.
    """

    product_id: str | None = field(default=None, validator=named_if_given)
    quantity: Decimal = field(default=Decimal(1), converter=_quantity)
    amount: Money
    cost: Money | None = None
    category: str | None = None
    nature: Nature = field(default=Nature.GOODS, converter=_nature)

    def __attrs_post_init__(self) -> None:
        if self.nature is Nature.GOODS and self.amount.minor < 0:
            raise InvalidValueError(
                "amount", str(self.amount), "goods cost 0 or more", "a refund is a Return"
            )
        if self.cost is not None and self.cost.currency != self.amount.currency:
            raise CurrencyMismatchError(self.amount.currency, self.cost.currency)

    @property
    def units(self) -> int:
        """The quantity in thousandths."""
        return int(self.quantity * _THOUSAND)
