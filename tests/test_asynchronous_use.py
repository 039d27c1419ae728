"""Asynchronous code uses a base through threads: nothing is lost, nothing stands still."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from crmkit import CustomerBase, Line, Money, Purchase, Shop

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LAMP = Shop(id="lamp", currency="EUR")


def bought(i, who):
    return Purchase(
        id=str(i),
        order_id=str(i),
        customer_id=who,
        at=NOW + timedelta(minutes=i),
        lines=[Line(product_id="cup", amount=Money(500, "EUR"))],
    )


@pytest.fixture(params=["memory:", "file"])
def base(request, tmp_path):
    target = request.param if request.param == "memory:" else f"sqlite:///{tmp_path / 'crm.db'}"
    with CustomerBase.open(target, shop=LAMP, clock=lambda: NOW + timedelta(days=30)) as base:
        yield base


def test_calls_at_once_are_all_kept(base):
    async def record_all():
        calls = (asyncio.to_thread(base.record, [bought(i, f"c{i % 7}")]) for i in range(100))
        return await asyncio.gather(*calls)

    added = asyncio.run(record_all())
    assert [one.accepted for one in added] == [1] * 100
    assert base.store.extent("lamp").kept == 100
    assert base.summary("c0").buying.orders == 15


def test_the_loop_goes_on_while_a_call_works(base):
    base.load(bought(i, f"c{i % 50}") for i in range(3000))
    ticks = []

    async def tick(until):
        while not until.done():
            ticks.append(1)
            await asyncio.sleep(0)

    async def ask():
        work = asyncio.create_task(asyncio.to_thread(base.profiles))
        await tick(work)
        return await work

    assert len(asyncio.run(ask())) == 50
    assert len(ticks) > 1


def test_a_call_that_is_cancelled_is_kept_as_a_whole(base):
    async def cancelled():
        work = asyncio.create_task(
            asyncio.to_thread(base.record, [bought(i, "ann") for i in range(500)])
        )
        await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(cancelled())  # waits for the threads that are under way
    assert base.store.extent("lamp").kept in {0, 500}
    assert base.record([bought(i, "ann") for i in range(500)]).refused == ()
    assert base.store.extent("lamp").kept == 500


def test_readers_and_writers_meet(base):
    async def meet():
        writes = [asyncio.to_thread(base.record, [bought(i, "ann")]) for i in range(40)]
        reads = [asyncio.to_thread(base.store.history, "lamp", "ann") for _ in range(40)]
        return await asyncio.gather(*writes, *reads)

    answers = asyncio.run(meet())[40:]
    for history in answers:
        assert [one.at for one in history] == sorted(one.at for one in history)
    assert len(base.store.history("lamp", "ann")) == 40
