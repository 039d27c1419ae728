"""Texts, JSON and rows that somebody who means harm, or a broken export, might send."""

import json
from typing import Any

from hypothesis import strategies as st

from crmkit.adapters.wire import customer_to_json, offer_to_json, shop_to_json, to_json
from crmkit.domain.customer import Customer
from crmkit.domain.offer import Offer
from crmkit.domain.shop import Shop
from crmkit.testing._samples import SAMPLES
from crmkit.testing.draws import draws

#: Texts that break what is careless: quotes, NUL, wildcards, forms that look alike, long ones.
NASTY = (
    *("'; DROP TABLE crmkit_interactions; --", '" OR 1=1 --', "' UNION SELECT 1 --", "`x`", "[x]"),
    *("a\x00b", "a\x00", "\x00", "a", "%", "_", "%a%", "a_", "\\", "\\%", "*", "?", "a*"),
    *("?1", ":who", ":shop", "$1", "%s", "%(id)s", "{0}", "{}", "1; SELECT pg_sleep(9)", "\\x41"),
    *(
        "é",
        "e\u0301",
        "ANN",
        "ann",
        "Ann",
        "ann ",
        " ann",
        "ann\n",
        "\tann",
        "\ufeffann",
        "a\u200bnn",
    ),
    *(
        "ß",
        "ss",
        "SS",
        "İ",
        "i\u0307",
        "ı",
        "I",
        "ﬁ",
        "fi",
        "Ａ",
        "A",
        "Σ",
        "ς",
        "σ",
        "K",
        "\u212a",
    ),
    *(
        "\u202eann",
        "👩\u200d👩\u200d👧",
        "🛋",
        "\U0010ffff",
        "\uffff",
        "\x1f",
        "\x7f",
        "\x85",
        "\u2028",
    ),
    *("null", "None", "NaN", "Infinity", "true", "0", "-1", "00", "1e999", "9" * 40, "0x1"),
    *("guest:", "guest:shop/1", "guest:erased/1", "erased:" + "0" * 32, "crmkit.merge", "a/b", "/"),
    *("x" * 10_000, "🛋" * 2_500, "".join(map(chr, range(0x4E00, 0x4E00 + 3_400)))),
    *(
        "../../etc/passwd",
        "=1+1",
        "@SUM(A1)",
        "<script>",
        "a,b;c|d",
        '"',
        "''",
        "\r\n",
        "\ud800",
        "",
    ),
)

#: The same, and any text, lone surrogates among it.
TEXTS = st.one_of(
    st.sampled_from(NASTY), st.sampled_from(NASTY), st.text(st.characters(codec=None), max_size=12)
)

_PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    TEXTS,
    st.sampled_from(
        ["2026-13-01T00:00:00+00:00", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00"]
    ),
)
#: Whatever JSON can hold, and what Python's JSON writes besides.
JSON = st.recursive(
    _PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS.map(str), inner, max_size=3),
    max_leaves=5,
)

_TEXTS = [
    *map(to_json, SAMPLES),
    *map(customer_to_json, draws(Customer, 8)),
    *map(shop_to_json, draws(Shop, 3)),
    *map(offer_to_json, draws(Offer, 3)),
]
_WHOLE = [json.loads(one) for one in _TEXTS]


def _places(plain: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to everything within JSON."""
    if not isinstance(plain, dict | list):
        return [way]
    inner = plain.items() if isinstance(plain, dict) else enumerate(plain)
    return [way, *(place for key, one in inner for place in _places(one, (*way, key)))]


_AT = [(number, place) for number, one in enumerate(_WHOLE) for place in _places(one) if place]


@st.composite
def changed(draw: st.DrawFn) -> str:
    """A valid text in which something is put somewhere, or taken out."""
    number, (*way, last) = draw(st.sampled_from(_AT))
    whole = json.loads(_TEXTS[number])
    inner = whole
    for key in way:
        inner = inner[key]
    if draw(st.booleans()) or isinstance(inner, list):
        inner[last] = draw(JSON)
    elif draw(st.booleans()):
        inner[draw(TEXTS)] = inner.pop(last)
    else:
        del inner[last]
    return json.dumps(whole, ensure_ascii=draw(st.booleans()))


@st.composite
def cut(draw: st.DrawFn) -> str:
    """A valid text with a piece cut out, doubled, or something put between."""
    text = draw(st.sampled_from(_TEXTS))
    one, other = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    between = draw(st.sampled_from(["", text[one:other] * 2, "\x00", "{", '"', "\\ud800"]) | TEXTS)
    return text[:one] + between + text[other:]


#: Texts that were meant to be JSON of ours.
DOCUMENTS = st.one_of(
    changed(),
    changed(),
    cut(),
    JSON.map(json.dumps),
    TEXTS,
    st.integers(1, 20).map(lambda depth: "[" * 10**4 * depth),
    st.integers(1, 20).map(lambda depth: '{"extra":' * 1000 * depth + "1" + "}" * 1000 * depth),
)

_CELLS = st.one_of(
    TEXTS,
    st.sampled_from(["1", "12.50", "-3", "1,5", "1.234,56", "C0FFEE", "2026-01-31", "31/01/2026"]),
    st.sampled_from(
        ["2026-01-31T12:00:00Z", "EUR", "eur", "€5", "5 €", "(5)", "1e5", "yes", "Yes"]
    ),
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(str),
)
COLUMNS = ("order_id", "customer_id", "created_at", "sku", "quantity", "unit_price", "currency")


@st.composite
def rows(draw: st.DrawFn) -> list[list[str]]:
    """Rows of orders, most cells sound so that some of them come through."""
    made = []
    for _ in range(draw(st.integers(1, 30))):
        row = [
            str(draw(st.integers(1, 9))),
            "ann",
            "2026-01-31T12:00:00Z",
            "cup",
            "1",
            "5.00",
            "EUR",
        ]
        for place in draw(st.lists(st.integers(0, len(row) - 1), max_size=3)):
            row[place] = draw(_CELLS)
        if draw(st.integers(0, 9)) == 0:
            row = draw(st.lists(_CELLS, max_size=10))
        made.append(row)
    return made


_ORDERS = "\n".join(
    [
        ",".join(COLUMNS),
        "1,ann,2026-01-31T12:00:00Z,cup,1,5.00,EUR",
        "1,,2026-02-01,lid,-1,x,EUR",
        "",
    ]
)
_PROBLEMS = (
    "crmkit_row,crmkit_field,crmkit_value,crmkit_reason,order_id,customer_id,created_at,sku,"
    "quantity,unit_price,currency,crmkit_id,crmkit_revision,crmkit_interaction\n"
    "2,unit_price,x,must be a number,1,ann,2026-01-31T12:00:00Z,cup,1,5.00,EUR,1,1,\n"
)
_SURVEYS = "customer_id,survey,item,value,answered_at\nann,nps,recommend,9,2026-01-31\n"

#: What a fuzzer starts from.
SOUND = {
    "documents": _TEXTS,
    "orders": [_ORDERS, _ORDERS.replace(",", ";"), '{"order_id":"1","customer_id":"a"}\n'],
    "surveys": [_SURVEYS],
    "problems": [_PROBLEMS],
}
