"""The real log of UCI Online Retail: 541,909 rows, every one accounted for."""

import functools
import gzip
from collections import Counter, defaultdict
from decimal import Decimal
from itertools import takewhile

import pytest

from crmkit.adapters.importers import read_orders
from crmkit.domain.customer import is_guest
from crmkit.domain.interactions import Purchase, Return
from crmkit.domain.lines import Nature
from crmkit.domain.problems import RowProblem
from crmkit.domain.returns import LinkRule, link_returns


class Read:
    """Everything that one reading of the file gave."""

    def __init__(self, path):
        self.log = read_orders(path, preset="online-retail")
        read = list(self.log)
        self.problems = [one for one in read if isinstance(one, RowProblem)]
        self.purchases = [one for one in read if isinstance(one, Purchase)]
        self.returns = [one for one in read if isinstance(one, Return)]

    @property
    def interactions(self):
        return [*self.purchases, *self.returns]


_read = functools.cache(Read)


@pytest.fixture
def retail(data):
    return _read(data("uci_online_retail/online_retail.csv.gz"))


def stock_moved(problem):
    return Decimal(problem.content["Quantity"]) * Decimal(problem.content["UnitPrice"])


def named(interactions):
    return {one.customer_id for one in interactions if not is_guest(one.customer_id)}


def test_every_row_is_used_or_refused(retail):
    log = retail.log
    assert (log.rows, log.total_rows) == (541_909, 541_909)
    assert (log.rows_used, log.rows_refused) == (539_434, 2_475)
    assert sum(len(one.lines) for one in retail.interactions) == log.rows_used
    assert len({one.row for one in retail.problems}) == len(retail.problems) == log.rows_refused


def test_the_money_of_accepted_and_refused_rows_is_that_of_the_file(retail):
    sold = sum(line.amount.minor for one in retail.purchases for line in one.lines)
    back = sum(line.amount.minor for one in retail.returns for line in one.lines)
    refused = sum(map(stock_moved, retail.problems))
    assert Decimal(sold - back).scaleb(-2) + refused == Decimal("9747747.93")
    assert {one.currency for one in retail.interactions} == {"GBP"}


def test_every_identified_customer_is_known(retail):
    assert len(named(retail.interactions)) == 4_372
    assert len(named(retail.interactions) - named(retail.purchases)) == 33


def test_nine_customers_have_nothing_but_manual_lines(retail):
    """Of the nine, eight were given money back by hand; one of them and another were charged."""
    natures = defaultdict(set)
    for one in retail.interactions:
        natures[one.customer_id] |= {(line.product_id, line.nature) for line in one.lines}
    manual = {
        customer
        for customer, has in natures.items()
        if not is_guest(customer) and has == {("M", Nature.ADJUSTMENT)}
    }
    assert manual == {
        *("12503", "12505", "13154", "15369", "15590", "15802", "17065", "17448", "17846")
    }
    assert manual & named(retail.purchases) == {"15802", "17846"}
    assert manual - named(retail.returns) == {"17846"}


def test_invoices_of_nothing_but_stock_movements_are_no_orders(retail):
    refused = {one.content["InvoiceNo"] for one in retail.problems}
    orders = {one.id for one in retail.interactions}
    assert len(refused - orders) == 2_098
    assert len(orders) == 25_900 - 2_098
    assert not any(one.content["CustomerID"] for one in retail.problems)
    assert {Decimal(one.content["UnitPrice"]) for one in retail.problems} == {Decimal(0)}


def test_goods_below_zero_outside_a_cancellation_are_problems(retail):
    below = [
        one
        for one in retail.problems
        if int(one.content["Quantity"]) < 0 and not one.content["InvoiceNo"].startswith("C")
    ]
    assert len(below) == 1_336


def test_cancellations_are_returns_that_give_back(retail):
    assert len(retail.returns) == 3_836
    assert all(one.id.startswith("C") and one.order_id is None for one in retail.returns)
    goods = [line for one in retail.returns for line in one.lines if line.nature is Nature.GOODS]
    assert min(line.amount.minor for line in goods) >= 0
    discounts = [line for one in retail.returns for line in one.lines if line.product_id == "D"]
    assert len(discounts) == 77
    assert sum(line.amount.minor for line in discounts) == 569_622


def test_an_invoice_of_several_minutes_starts_with_its_earliest(retail):
    order = next(one for one in retail.purchases if one.id == "536591")
    assert order.at.isoformat() == "2010-12-01T16:57:00+00:00"
    assert order.customer_id == "14606"
    assert dict(order.extra) == {"Country": "United Kingdom"}


def test_summer_times_are_those_of_london(retail):
    order = next(one for one in retail.purchases if one.id == "555156")
    assert order.at.isoformat() == "2011-06-01T06:37:00+00:00"


def test_codes_are_what_they_stand_for(retail):
    found = defaultdict(Counter)
    for one in retail.interactions:
        for line in one.lines:
            if line.nature is not Nature.GOODS:
                found[line.nature][line.product_id] += 1
    assert dict(found[Nature.SHIPPING]) == {"POST": 1252, "DOT": 707, "C2": 143}
    assert dict(found[Nature.DISCOUNT]) == {"D": 77}
    assert dict(found[Nature.FEE]) == {"BANK CHARGES": 37, "AMAZONFEE": 34}
    assert dict(found[Nature.DONATION]) == {"CRUK": 16}
    assert dict(found[Nature.ADJUSTMENT]) == {"M": 571, "S": 63, "B": 3, "m": 1}
    assert sum(found[Nature.LIABILITY].values()) == 31
    assert set(found) == set(Nature) - {Nature.GOODS, Nature.TAX}


def test_returns_are_linked_by_the_rule(retail):
    history = defaultdict(list)
    for one in retail.interactions:
        if not is_guest(one.customer_id):
            history[one.customer_id].append(one)
    goods = {
        (one.id, i)
        for one in retail.returns
        for i, line in enumerate(one.lines)
        if line.nature is Nature.GOODS and not is_guest(one.customer_id)
    }
    rules = defaultdict(set)
    for happened in history.values():
        for link in link_returns(happened):
            rules[link.id, link.line].add(link.rule)
    kinds = Counter(frozenset(rules[line]) for line in goods)
    assert kinds == {
        frozenset({LinkRule.EXACT}): 2_718,
        frozenset({LinkRule.LATEST}): 4_680,
        frozenset({LinkRule.SPLIT}): 83 - 51,
        frozenset({LinkRule.SPLIT, LinkRule.UNLINKED}): 51,
        frozenset({LinkRule.UNLINKED}): 1_058,
    }
    assert sum(kinds.values()) == 8_539


def test_december_alone_says_what_the_whole_file_says_of_december(retail, data, tmp_path):
    early = tmp_path / "december.csv"
    with gzip.open(data("uci_online_retail/online_retail.csv.gz"), "rt", encoding="utf-8") as rows:
        early.write_text("".join(takewhile(lambda row: ",2011-01-" not in row, rows)))
    december = [one for one in Read(early).interactions if one.at.year == 2010]
    whole = {(one.kind, one.id): one for one in retail.interactions}
    assert len(december) > 1_500
    assert all(whole[one.kind, one.id] == one for one in december)
