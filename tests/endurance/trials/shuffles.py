"""What arrives in another order, or several times, ends in the same state.

Drawn sequences of purchases, returns, revisions, referrals, consents and merges are told to
a memory store once, in one call, and to the store under trial shuffled, repeated and in other
batches. Alias lines keep their order among themselves, for that order is what they say; what
happened comes before, between and after them. All that is recorded is recorded at one moment.
"""

from random import Random

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from crmkit.adapters.stores.memory import MemoryStore
from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Customer
from crmkit.domain.interactions import Interaction
from crmkit.domain.ports import Store
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.testing._drawn import MEETING
from crmkit.testing._samples import RATES
from crmkit.testing.strategies import referrals
from trials.a_shop import KEY, NOW
from trials.chances import drawing
from trials.outcome import Outcome
from trials.places import Place, opened
from trials.sizes import Size
from trials.states import told

_WHO = ("ann", "ben", "zoe", "zac", "guest:shop/1")

_REFERRED = referrals(
    id=st.sampled_from(["7", "8"]),
    customer_id=st.sampled_from(_WHO[:3]),
    referred_id=st.sampled_from(_WHO[:4]),
    at=st.just(NOW),
    source=st.just("shop"),
    revision=st.sampled_from([0, 1]),
    currency=st.just("EUR"),
    extra=st.just({}),
)

#: What happens, each revision of each id once.
HAPPENING = st.lists(
    st.one_of(MEETING, MEETING, MEETING, _REFERRED),
    min_size=1,
    max_size=14,
    unique_by=lambda one: (one.source, one.id, one.revision),
)
#: Who comes to stand for whom, or, without the second, for itself again.
MERGING = st.lists(st.tuples(st.sampled_from(_WHO), st.none() | st.sampled_from(_WHO)), max_size=5)


def _reporting(shop_id: str) -> Reporting:
    shop = Shop(id=shop_id, currency="EUR", timezone="Europe/Madrid", publishes=True)
    return Reporting(shop, RATES, KEY)


def _lines(oracle: MemoryStore, wished: list[tuple[str, str | None]]) -> list[Alias]:
    """Keep the lines that can be kept and return them."""
    kept = []
    for who, other in wished:
        try:
            line = Alias(customer_id=who, stands_for=other, recorded_at=NOW)
            oracle.put_alias("lamp", line)
        except ValueError:
            continue
        kept.append(line)
    return kept


def _expected(
    happened: list[Interaction], wished: list[tuple[str, str | None]], names: list[str]
) -> tuple[dict[str, object], list[Alias]]:
    """What a memory store says after all of it, each told once."""
    oracle = MemoryStore()
    oracle.attach(_reporting("lamp"))
    oracle.add("lamp", happened, recorded_at=NOW, refuse=True)
    lines = _lines(oracle, wished)
    for name in names:
        oracle.put_customer("lamp", Customer(id=name), recorded_at=NOW)
    return told(oracle, "lamp"), lines


def _tell(store: Store, shop_id: str, steps: list[object], chance: Random) -> int:
    """Tell all steps, interactions in batches of any size; return how many calls that took."""
    batch: list[Interaction] = []
    calls = 0
    for step in [*steps, None]:
        if batch and (step is None or isinstance(step, Alias) or chance.random() < 0.4):
            store.add(shop_id, batch, recorded_at=NOW, refuse=True)
            calls, batch = calls + 1, []
        if isinstance(step, Alias):
            store.put_alias(shop_id, step)
            calls += 1
        elif step is not None:
            batch.append(step)
    return calls


def _shuffled(happened: list[Interaction], lines: list[Alias], chance: Random) -> list[object]:
    """Some of it twice or three times, in any order, the lines in theirs."""
    again = chance.choices(happened, k=chance.randint(0, 2 * len(happened)))
    steps: list[object] = [*happened, *again]
    chance.shuffle(steps)
    places = sorted(chance.randint(0, len(steps)) for _ in lines)
    for place, line in reversed(list(zip(places, lines, strict=True))):
        steps.insert(place, line)
    return steps


def shuffles(place: Place, size: Size) -> Outcome:
    """Tell drawn sequences shuffled and repeated, and compare with each told once."""
    outcome = Outcome("shuffles", place.name)

    @seed(11)
    @settings(
        max_examples=size.sequences,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(HAPPENING, MERGING, st.lists(st.sampled_from(_WHO[:4]), unique=True), st.integers())
    def ends_in_the_same_state(happened, wished, names, number):
        chance = drawing(number)
        expected, lines = _expected(happened, wished, names)
        shop_id = f"lamp-{outcome.did['sequences']}"
        outcome.count("sequences")
        outcome.count("with merges", bool(lines))
        store.attach(_reporting(shop_id))
        steps = _shuffled(happened, lines, chance)
        outcome.count("interactions told", len(steps) - len(lines))
        outcome.count("calls", _tell(store, shop_id, steps, chance))
        for name in names:
            store.put_customer(shop_id, Customer(id=name), recorded_at=NOW)
        said = told(store, shop_id)
        said["facts"] = [fact._replace(shop_id="lamp") for fact in said["facts"]]
        check = Outcome("", "")
        check.alike("state", said, expected)
        assert not check.found, f"{check.found}\nhappened {happened}\ntold {steps}"

    with opened(place.fresh()) as store:
        try:
            ends_in_the_same_state()
        except AssertionError as error:
            outcome.wrong(str(error)[:6000])
    return outcome.over()
