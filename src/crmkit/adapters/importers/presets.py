"""Logs that are read as they are: what their columns, codes and invoice numbers mean.

``cdnow``
    The CDNOW music shop, 1997 and 1998: the master file, the one-in-ten sample (which has
    no header) and the sample as ``cdnowElog.csv``. US dollars. There are no order numbers
    and no products: each row is an order of so many CDs; equal rows are facts of their own.
    Customers are numbered as in the master file, without leading zeros, so that a customer
    and an order have the same id in all three files. Orders of $0.00 are purchases.

``online-retail``
    UCI Online Retail, a British gift wholesaler, December 2010 to December 2011. Pounds,
    times of London. ``C`` invoices are returns: what they say is given back. Rows without a
    customer belong to guests, a guest per invoice, except where the price is zero: those
    are stock movements and become problems. Elsewhere goods below zero are problems.

    ==============================  ==============================================
    POST, DOT, C2                   shipping (postage, Dotcom postage, carriage)
    D                               discount
    BANK CHARGES, AMAZONFEE         fee
    M, m (manual), S (samples)      adjustment
    B (bad debt, ``A`` invoices)    adjustment
    CRUK (charity commission)       donation
    gift_0001_10 … gift_0001_50     liability (gift vouchers sold)
    all others                      goods
    ==============================  ==============================================
"""

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from crmkit.adapters.importers.columns import Synonyms, plain
from crmkit.adapters.importers.tables import headerless_names
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.lines import Nature
from crmkit.domain.mapping import EMPTY, FrozenMapping


@frozen(kw_only=True)
class Preset:
    """A kind of log: everything that ``read_orders`` would have to be told about it.

    Attributes:
        name: The word for it; also the source of its interactions.
        currency: ISO 4217 code of its amounts.
        timezone: Where its times are local.
        columns: The names of its columns by role, the first that is there counts.
        natures: What product codes stand for; a code that ends in ``*`` is a beginning.
        cancellation: The beginning of the numbers of invoices that give money back; if it is
            set, goods below zero on any other invoice are problems.
        stock_movements: Whether rows at no price for no customer are no sales.
        numbered_customers: Whether customer ids are numbers, so that zeros before them mean
            nothing.
        extra: Columns that are kept with the interaction.
        headerless: Columns of files without a header, by their width.
    """

    name: str
    currency: str
    timezone: str = "UTC"
    columns: Synonyms = field(converter=FrozenMapping, hash=False)
    natures: Mapping[str, Nature] = field(default=EMPTY, converter=FrozenMapping, hash=False)
    cancellation: str | None = None
    stock_movements: bool = False
    numbered_customers: bool = False
    extra: tuple[str, ...] = ()
    headerless: tuple[tuple[str, ...], ...] = ()

    def fits(self, names: Sequence[str]) -> bool:
        """Tell whether a file with these columns can be read with this preset."""
        return bool(headerless_names(names, self.headerless)) or not self.lacking(names)

    def lacking(self, names: Sequence[str]) -> list[str]:
        """Return the columns that this preset needs and a file does not have."""
        have = set(map(plain, names))
        return [
            known[0] for known in self.columns.values() if not have.intersection(map(plain, known))
        ]


CDNOW = Preset(
    name="cdnow",
    currency="USD",
    columns={
        "customer": ("masterid", "customer_id"),
        "time": ("date",),
        "quantity": ("cds", "number_of_cds"),
        "amount": ("sales", "dollar_value"),
    },
    numbered_customers=True,
    headerless=(
        ("customer_id", "date", "number_of_cds", "dollar_value"),
        ("masterid", "sampleid", "date", "cds", "sales"),
    ),
)

ONLINE_RETAIL = Preset(
    name="online-retail",
    currency="GBP",
    timezone="Europe/London",
    columns={
        "order": ("InvoiceNo", "Invoice"),
        "product": ("StockCode",),
        "quantity": ("Quantity",),
        "time": ("InvoiceDate",),
        "price": ("UnitPrice", "Price"),
        "customer": ("CustomerID", "Customer ID"),
    },
    natures={
        **dict.fromkeys(("POST", "DOT", "C2"), Nature.SHIPPING),
        "D": Nature.DISCOUNT,
        **dict.fromkeys(("BANK CHARGES", "AMAZONFEE"), Nature.FEE),
        **dict.fromkeys(("M", "m", "S", "B"), Nature.ADJUSTMENT),
        "CRUK": Nature.DONATION,
        "gift_0001_*": Nature.LIABILITY,
    },
    cancellation="C",
    stock_movements=True,
    numbered_customers=True,
    extra=("Country",),
)

#: Every preset by its name.
PRESETS: Mapping[str, Preset] = FrozenMapping({one.name: one for one in (CDNOW, ONLINE_RETAIL)})


def preset_called(name: str) -> Preset:
    """Return a preset by its name.

    Raises:
        InvalidValueError: There is no such preset.
    """
    if name not in PRESETS:
        raise InvalidValueError("preset", name, f"the presets are {', '.join(PRESETS)}")
    return PRESETS[name]


def fitting(names: Sequence[str]) -> list[str]:
    """Return the names of the presets that fit a file with these columns."""
    return [one.name for one in PRESETS.values() if one.fits(names)]
