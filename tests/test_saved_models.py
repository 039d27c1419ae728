"""Models kept with the store: fitted once, taken as they are, and scored without numpy."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta

import pytest

from crmkit import CustomerBase, Line, Money, Purchase, Shop
from crmkit.adapters.wire import shop_to_json
from crmkit.domain.errors import InvalidValueError, MissingExtraError
from crmkit.domain.saved_models import SavedModels
from crmkit.metrics.value.base import saved_base
from crmkit.synthetic import SyntheticShop

SYNTHETIC = SyntheticShop(seed=5, customers=150)
CORE_ONLY = """
import json, sys
class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("numpy", "scipy"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, NotInstalled())
from datetime import date
from crmkit import CustomerBase, Period
from crmkit.adapters.wire import shop_from_json
path, shop, customer, day = sys.argv[1:]
base = CustomerBase.open("sqlite:///" + path, shop=shop_from_json(shop))
value = base.value(customer, as_of=date.fromisoformat(day))
told = {name: getattr(value, name).value for name in ("alive", "expected_purchases", "clv")}
day = date.fromisoformat(day)
year = Period.year_to(day)
worth = base.profiles(as_of=day).worth
base.card(customer, as_of=day)
base.loyalty(as_of=day), base.satisfaction(as_of=day), base.concentration(as_of=day)
base.relationship_value(as_of=day), base.survival(as_of=day), base.cohorts(as_of=day)
base.movement(year, as_of=day), base.kpis(year, as_of=day)
base.revenue_retention(year, year, as_of=day), base.holdout(split=day, as_of=day)
totals = {
    "base_clv": worth.clv.value,
    "base_purchases": worth.expected_purchases.value,
    "base_alive": worth.alive.value,
    "equity": base.equity(as_of=day, prospects=()).total.value,
    "change": base.equity_change(year).total.minor,
    "notes": [*worth.clv.notes, *worth.expected_purchases.notes],
}
models = {"models": value.models, "numpy": "numpy" in sys.modules}
print(json.dumps({**told, **totals, **models}))
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    path = tmp_path_factory.mktemp("loaded") / "shop.db"
    with CustomerBase.open(f"sqlite:///{path}", shop=SYNTHETIC.shop) as made:
        made.load(SYNTHETIC.interactions())
    return path


@pytest.fixture
def base(tmp_path, loaded):
    shutil.copy(loaded, tmp_path / "shop.db")
    with again(tmp_path) as made:
        yield made


def again(tmp_path):
    return CustomerBase.open(f"sqlite:///{tmp_path}/shop.db", shop=SYNTHETIC.shop)


def no_fits(*_, **__):
    raise AssertionError("there is nothing to fit")


def without_numpy(monkeypatch):
    def missing(*_, **__):
        raise MissingExtraError("numpy", "models")

    room = sys.modules["crmkit.metrics.value.judging.choose_model"]
    monkeypatch.setattr(room, "choose_model", missing)


def test_whoever_asks_of_the_same_facts_fits_nothing(base, tmp_path, monkeypatch):
    day = base.last_day()
    models = base.save_models(as_of=day)
    before = base.profiles(as_of=day)
    monkeypatch.setattr(saved_base, "fit_base", no_fits)
    with again(tmp_path) as other:
        assert other.profiles(as_of=day).models == models
        assert other.profiles(as_of=day).rows == before.rows


def test_other_facts_are_fitted_anew(base, tmp_path):
    day = base.last_day()
    models = base.save_models(as_of=day)
    late = Purchase(
        id="late",
        customer_id="somebody-new",
        at=_at(day, 9),
        order_id="late",
        lines=[Line(product_id="lamp", amount=Money(1000, SYNTHETIC.shop.currency))],
    )
    with again(tmp_path) as other:
        other.record([late])
        assert other.profiles(as_of=day).models != models
        assert other.profiles(as_of=day).models.n == models.n + 1


def _at(day, days_ago):
    return datetime.combine(day - timedelta(days_ago), time(12), UTC)


def test_a_process_with_the_core_alone_scores_what_the_notebook_fitted(base, tmp_path):
    day = base.last_day()
    base.save_models(as_of=day)
    best = base.profiles(as_of=day).most_valuable(1)[0]
    told = base.value(best.customer_id, as_of=day)
    asked = [f"{tmp_path}/shop.db", shop_to_json(SYNTHETIC.shop), best.customer_id, str(day)]
    answer = subprocess.run(
        [sys.executable, "-c", CORE_ONLY, *asked], capture_output=True, text=True, check=True
    )
    found = json.loads(answer.stdout)
    assert found["numpy"] is False
    for name in ("alive", "expected_purchases", "clv"):
        assert found[name] == pytest.approx(getattr(told, name).value, rel=1e-9)
    assert found["models"] == list(told.models)
    # All customers together: the same figures, without the intervals that numpy is for.
    worth = base.profiles(as_of=day).worth
    assert found["base_clv"] == pytest.approx(worth.clv.value, rel=1e-9)
    assert found["base_purchases"] == pytest.approx(worth.expected_purchases.value, rel=1e-9)
    assert found["base_alive"] == pytest.approx(worth.alive.value, rel=1e-9)
    assert found["equity"] == pytest.approx(worth.clv.value, rel=1e-9)
    # The models of the day before the year were not kept.
    assert found["notes"] == ["no interval of the total: that needs numpy (crmkit[models])"] * 2


def test_without_numpy_older_models_are_used_and_their_day_is_said(base, tmp_path, monkeypatch):
    day = base.last_day()
    earlier = day - timedelta(30)
    models = base.save_models(as_of=earlier)
    without_numpy(monkeypatch)
    with again(tmp_path) as other:
        found = other.profiles(as_of=day).models
        assert (found.buying, found.spend) == (models.buying, models.spend)
        assert found.notes[0].startswith(f"learnt as of {earlier} and kept; to learn anew: ")
        assert found.lines()[-1] == found.notes[0]
        # Of a day before anything was kept there is nothing.
        assert isinstance(
            other.profiles(as_of=earlier - timedelta(1)).models.buying, MissingExtraError
        )


def test_what_was_known_then_is_not_answered_with_what_was_learnt_later(
    base, tmp_path, monkeypatch
):
    day = base.last_day()
    base.save_models(as_of=day)
    without_numpy(monkeypatch)
    with again(tmp_path) as other:
        known = other.profiles(as_of=day, known_at=_at(day + timedelta(9000), 0)).models
        assert isinstance(known.buying, MissingExtraError)


def test_saving_without_numpy_says_what_is_missing(base, monkeypatch):
    without_numpy(monkeypatch)
    with pytest.raises(MissingExtraError, match="models"):
        base.save_models(as_of=base.last_day())


def test_a_base_too_small_for_a_model_keeps_what_is_missing(tmp_path):
    shop = Shop(id="tiny", currency="EUR")
    with CustomerBase.open(f"sqlite:///{tmp_path}/tiny.db", shop=shop) as tiny:
        models = tiny.save_models(as_of=date(2026, 3, 1))
        assert "customers to learn from" in models.missing
        kept = tiny.store.models("tiny", until_day=99_999)
        assert json.loads(kept.text)["buying"] == {"missing": models.missing}


def test_models_in_another_currency_are_left_alone(base, monkeypatch):
    day = base.last_day()
    base.save_models(as_of=day)
    standards = base._readings.standards(base._moment(day), None)
    kept = base.store.models(base.shop.id, until_day=standards.as_of_day)
    without_numpy(monkeypatch)
    here = saved_base.models_of(standards.people, SYNTHETIC.shop, kept=kept)
    assert here.buying.name == "MBG/NBD"
    elsewhere = Shop(id="synthetic", currency="USD")
    told = saved_base.models_of(standards.people, elsewhere, kept=kept)
    assert isinstance(told.buying, MissingExtraError)


@pytest.mark.parametrize("text", ["", "{", "nonsense"])
def test_what_was_never_saved_is_refused_by_name(base, text):
    day = base.last_day()
    standards = base._readings.standards(base._moment(day), None)
    base.store.put_models(base.shop.id, SavedModels(as_of_day=standards.as_of_day, text=text))
    with pytest.raises(InvalidValueError, match="saved models"):
        assert standards.models


def test_models_of_a_later_make_are_left_alone(base):
    day = base.last_day()
    standards = base._readings.standards(base._moment(day), None)
    later = SavedModels(as_of_day=standards.as_of_day, text='{"schema": 99}')
    base.store.put_models(base.shop.id, later)
    assert standards.models.buying.name == "MBG/NBD"
