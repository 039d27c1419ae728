"""Strategies for drawn facts and drawn declarations, and a slow reader of declarations.

Loaded by path (``runpy.run_path``) where it is needed: test files are no package.
"""

import operator
from typing import NamedTuple

import attrs
from hypothesis import strategies as st

from crmkit.domain.facts import Fact
from crmkit.domain.tally import (
    At,
    Expr,
    count,
    distinct,
    highest,
    lowest,
    reading,
    readings,
    row,
    rules,
    total,
    total_at,
)
from crmkit.domain.tally.expression import COMPARISONS

SMALL = st.integers(-2, 3)
WHOLE = st.none() | SMALL
MONEY = ["goods", "units", "amount", "cost", "costed", "discount", "shipping", "tax", "due_day"]
SIGN = st.sampled_from([None, 0, 0, 1, 1])


def some_of(*words):
    """One of a few words, or none."""
    return st.sampled_from([None, *words])


#: What a column may say where its kind has it, or anywhere in a row that breaks the rules.
SAID = {
    "question": some_of("nps/it", "csat/shop"),
    "rating": st.none() | st.integers(0, 10),
    "scale_low": st.just(0),
    "scale_high": st.just(10),
    "offer_id": some_of("spring", "lamp"),
    "campaign_id": some_of("mail"),
    "case_key": some_of("1", "2"),
    "promise_key": some_of("1", "2"),
    "referred_id": some_of("dan", "eve"),
    "matter": some_of("contact/outbound/follow_up", "case/complaint", "visit/viewed", "review"),
    "state": SIGN,
    "fault": SIGN,
    "intent": SIGN,
    "severity": st.none() | st.integers(1, 5),
    "points": WHOLE,
    "waited": WHOLE,
    "lasted": WHOLE,
    "spent": WHOLE,
    "worth": WHOLE,
    "due_at": st.none() | st.integers(-3, 12),
}
#: The columns, beside those of every row, that a kind has.
KINDS = {
    "purchase": ("offer_id",),
    "return": ("fault",),
    "delivered": (),
    "survey_response": ("question", "rating", "scale_low", "scale_high"),
    "contact": ("case_key", "campaign_id", "matter", "waited", "lasted", "state"),
    "case_opened": ("case_key", "matter", "severity", "due_at"),
    "case_closed": ("case_key", "state"),
    "promise_made": ("promise_key", "due_at"),
    "promise_settled": ("promise_key", "matter", "state", "spent"),
    "visit": ("matter", "intent", "lasted"),
    "contribution": ("matter", "points", "worth"),
    "referral": ("referred_id", "state", "spent"),
    "offer_shown": ("offer_id", "campaign_id"),
    "offer_answered": ("offer_id", "state"),
}


def wild_facts(max_size=12, min_size=0):
    """Facts in which every column that may be missing sometimes is."""
    return st.lists(wild_fact(), min_size=min_size, max_size=max_size)


@st.composite
def wild_fact(draw):
    kind = draw(st.sampled_from(["purchase", "purchase", *KINDS]))
    guest = draw(st.integers(0, 4)) == 0
    customer = draw(st.sampled_from("ab"))
    has = SAID if draw(st.integers(0, 5)) == 0 else KINDS[kind]
    return Fact(
        shop_id="shop",
        source="till",
        id=str(draw(st.integers(0, 10**6))),
        part=draw(st.integers(0, 1)),
        revision=0,
        customer_id=f"guest-{customer}" if guest else customer,
        guest=int(guest),
        kind=kind,
        at=(at := draw(st.integers(-3, 12))),
        day=at // 4,
        channel=draw(st.sampled_from([None, "web", "shop"])),
        order_key=draw(st.sampled_from([None, "1", "2", "3"])),
        **{name: draw(WHOLE) for name in MONEY},
        **{name: draw(SAID[name]) for name in has},
    )


class Columns(NamedTuple):
    """The columns that drawn expressions may read."""

    numbers: list[str]
    texts: list[str]
    conditions: list[str]


FACTS = Columns(
    ["goods", "units", "amount", "day", "at", "state", "spent"], ["kind", "channel", "matter"], []
)
ORDERS = Columns(["net", "units", "day", "delivered_day"], [], ["void", "late", "followed_up"])


def numbers(columns, depth=2):
    plain = st.sampled_from(columns.numbers).map(lambda name: getattr(row, name))
    if not depth:
        return plain
    inner = numbers(columns, depth - 1)
    return st.one_of(
        plain,
        st.builds(operator.add, inner, inner | SMALL),
        st.builds(operator.sub, inner | SMALL, inner),
        st.builds(Expr.at_least, inner, SMALL),
        st.builds(Expr.counted, conditions(columns, depth - 1)),
    )


def conditions(columns, depth=2):
    compare = st.sampled_from(
        [getattr(operator, name) for name in ["eq", "ne", "lt", "le", "gt", "ge"]]
    )
    value = numbers(columns, max(depth - 1, 0))
    plain = [
        st.builds(lambda f, a, b: f(a, b), compare, value, value | SMALL),
        st.builds(Expr.known, value),
    ]
    if columns.texts:
        word = st.sampled_from(["purchase", "web", "'; drop", "none"])
        text = st.sampled_from(columns.texts).map(lambda name: getattr(row, name))
        same = st.sampled_from([operator.eq, operator.ne])
        plain.append(st.builds(lambda f, a, b: f(a, b), same, text, word | text))
        plain.append(st.builds(Expr.known, text))
    if columns.conditions:
        plain.append(st.sampled_from(columns.conditions).map(lambda name: getattr(row, name)))
    if not depth:
        return st.one_of(plain)
    inner = conditions(columns, depth - 1)
    return st.one_of(
        *plain,
        st.builds(operator.and_, inner, inner),
        st.builds(operator.or_, inner, inner),
        st.builds(operator.invert, inner),
    )


def fields(columns):
    number, where = numbers(columns), st.none() | conditions(columns)
    at = st.sampled_from(["lowest", "highest"])
    return st.one_of(
        st.builds(lambda w: count(where=w), where),
        *(
            st.builds(lambda n, w, rule=rule: rule(n, where=w), number, where)
            for rule in (total, lowest, highest, distinct)
        ),
        st.builds(
            lambda n, end, x, w: total_at(n, **{end: x}, where=w),
            number | st.just(1),
            at,
            number,
            where,
        ),
    )


@st.composite
def drawn_tallies(draw, base, columns):
    """Subclasses of ``base`` with drawn measures and a drawn reading of them."""
    made = draw(st.lists(fields(columns), min_size=1, max_size=4))
    attributes = {f"drawn_{i}": field for i, field in enumerate(made)}
    own = Columns(list(attributes), [], [])
    body = {"read_off": reading(draw(numbers(own)))}
    return attrs.make_class(
        "Drawn",
        attributes,
        bases=(base,),
        class_body=body,
        frozen=True,
        kw_only=True,
        slots=True,
    )


# --- the slow reader ----------------------------------------------------------------------


LOGIC = {
    "known": lambda a: a is not None,
    "not": operator.not_,
    "and": lambda a, b: bool(a) and bool(b),
    "or": lambda a, b: bool(a) or bool(b),
    "counted": lambda a: int(bool(a)),
}
PLAIN = {"floor": max, **{n: getattr(operator, n) for n in [*COMPARISONS, "add", "sub"]}}


def evaluated(e, get):
    """What an expression means, said as plainly as possible; ``get`` reads a column."""
    if e.op in {"col", "lit"}:
        return get(e.args[0]) if e.op == "col" else e.args[0]
    values = [evaluated(a, get) for a in e.args]
    if e.op in LOGIC:
        return LOGIC[e.op](*values)
    if None in values:
        return False if e.op in COMPARISONS else None
    return PLAIN[e.op](*values)


def figure_of(rule, rows):
    """The stored value of a rule over rows, the slow way."""
    known = []
    for r in rows:
        get = lambda name, r=r: getattr(r, name)  # noqa: E731
        keep = rule.where is None or evaluated(rule.where, get)
        value = 1 if rule.column is None else evaluated(rule.column, get)
        extreme = 0 if rule.extreme is None else evaluated(rule.extreme, get)
        if keep and value is not None and extreme is not None:
            known.append((extreme, value))
    values = [value for _, value in known]
    match rule.how:
        case "count" | "total":
            return sum(values)
        case "lowest":
            return min(values, default=None)
        case "highest":
            return max(values, default=None)
        case "distinct":
            return frozenset(values)
        case "total_at":
            best = (min if rule.lowest else max)((x for x, _ in known), default=None)
            return At(best, sum(v for x, v in known if x == best) if known else None)
    raise AssertionError(rule.how)


def slowly_read(tally, rows):
    """All figures of a tally over rows, the slow way."""
    stored = {name: figure_of(rule, rows) for name, rule in rules(tally).items()}

    def get(name):
        value = stored[name]
        if isinstance(value, frozenset):
            return len(value)
        return value.total if isinstance(value, At) else value

    for name, expr in readings(tally).items():
        stored[name] = evaluated(expr, get)
    return stored
