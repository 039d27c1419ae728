"""Files that are damaged, foreign, or no databases: a clear error, and the file as it was.

Every file is looked at before and after: its bytes, and that nothing came to lie beside it but
an empty log of SQLite's.
A sound database of another application is not one of them: crmkit's tables are made in it by
design, beside its own; what was there stays.
"""

import gc
import os
import shutil
import sqlite3
import stat
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import attrs

from crmkit.adapters.stores.sqlite import SQLiteStore
from crmkit.domain.errors import CrmkitError, StoreError
from trials.a_shop import LAMP, NOW, SHOP, Happenings, merges, records
from trials.chances import drawing
from trials.outcome import Outcome
from trials.places import Place
from trials.sizes import Size
from trials.states import told

_NOBODY = 65534
#: Stands in every interaction that is kept, and in nothing that crmkit says.
_OF_A_PERSON = '"customer_id":'


@attrs.define
class _Damage:
    outcome: Outcome
    folder: Path
    sound: Path
    expected: dict[str, Any]
    policy: str | None
    chance: Random

    def copy(self) -> Path:
        """Return a sound file in a new folder."""
        folder = self.folder / f"case-{self.outcome.did['files']}"
        self.outcome.count("files")
        folder.mkdir()
        return Path(shutil.copy(self.sound, folder / "shop.db"))

    def refused(self, what: str, path: Path) -> None:
        """Open a file that nothing can be done with: an error, and nothing changes."""
        before = seen(path.parent)
        error = error_of(lambda: use(path))
        self.outcome.count("refused")
        if not isinstance(error, StoreError):
            self.outcome.wrong(f"{what} gives {error!r}")
        self.outcome.alike(f"{what}, files", seen(path.parent), before)


def seen(folder: Path) -> dict[str, Any]:
    """Return what is in a folder: names and bytes.

    SQLite does not always take its empty log and the log's index away from a damaged file.
    """
    found = {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else "a folder"
        for path in sorted(folder.rglob("*"))
    }
    passing = {name for name, data in found.items() if name.endswith("-wal") and not data}
    passing |= {f"{name.removesuffix('-wal')}-shm" for name in passing}
    return {name: data for name, data in found.items() if name not in passing}


def use(path: Path) -> dict[str, Any]:
    """Open a file, attach the shop and read everything."""
    store = SQLiteStore.open(path)
    try:
        store.attach(LAMP)
        return told(store, SHOP.id)
    finally:
        store.close()


def error_of(call: Callable[[], Any]) -> BaseException | None:
    """Return what a call raises."""
    try:
        call()
    except BaseException as error:  # noqa: BLE001 -- judged by who asks
        told_ = error
    else:
        return None
    told_.__traceback__ = None  # it holds what has to be closed
    told_.__context__ = None
    gc.collect()
    return told_


def damage(place: Place, size: Size) -> Outcome:
    """Open damaged and foreign files."""
    outcome, sound = Outcome("damage", place.name), place.folder / "sound.db"
    expected = _make(sound)
    policy = _policy(sound.read_bytes(), place.folder)
    trial = _Damage(outcome, place.folder, sound, expected, policy, drawing(9))
    for case in (_no_databases, _folders, _foreign, _logs, _permissions):
        try:
            case(trial)
        except Exception:  # noqa: BLE001 -- a finding
            outcome.wrong(traceback.format_exc()[-2000:])
    for _ in range(size.damages):
        _flipped(trial)
    return outcome.over()


def _make(path: Path) -> dict[str, Any]:
    store = SQLiteStore.open(path)
    store.attach(LAMP)
    store.add(SHOP.id, Happenings(4, 30).some(300), recorded_at=NOW)
    for line in merges(30):
        store.put_alias(SHOP.id, line)
    for record in records(30):
        store.put_customer(SHOP.id, record, recorded_at=NOW)
    expected = told(store, SHOP.id)
    store.close()
    return expected


def _no_databases(trial: _Damage) -> None:
    """Texts, archives, noise, and the first bytes of a database."""
    whole = trial.sound.read_bytes()
    contents = {
        "a text": b"order_id,customer_id\n1,ann\n" * 300,
        "a short text": b"hello",
        "an archive": b"PK\x03\x04" + bytes(5000),
        "noise": trial.chance.randbytes(20_000),
        "half a header": whole[:50],
        "a header alone": whole[:100],
        "another page size": whole[:16] + b"\x00\x07" + whole[18:],
        "zeroes": bytes(8192),
        "a header and noise": whole[:100] + trial.chance.randbytes(len(whole) - 100),
        "a later file format": whole[:18] + b"\x09\x09" + whole[20:],
    }
    for what, content in contents.items():
        path = trial.copy()
        path.write_bytes(content)
        trial.refused(what, path)


def _folders(trial: _Damage) -> None:
    """A folder, a missing one, and a file that is empty, which is a new database."""
    path = trial.copy()
    path.unlink()
    path.mkdir()
    trial.refused("a folder", path)
    path = trial.copy()
    path.unlink()
    trial.refused("a folder that is not there", path.parent / "nowhere" / "shop.db")
    path = trial.copy()
    path.write_bytes(b"")
    use(path)
    trial.outcome.count("empty files taken")


def _foreign(trial: _Damage) -> None:
    """Databases of others: beside what is theirs is place; instead of what is theirs is not."""
    path = trial.copy()
    path.unlink()
    _run(path, "CREATE TABLE orders (id)", "INSERT INTO orders VALUES ('theirs')")
    use(path)
    assert _run(path, "SELECT * FROM orders") == [("theirs",)], "a foreign row is gone"
    trial.outcome.count("foreign databases shared")
    for what, statements in {
        "another crmkit_meta": ("CREATE TABLE crmkit_meta (colour)",),
        "a crmkit_shops of another": (
            "CREATE TABLE crmkit_shops (name TEXT)",
            "INSERT INTO crmkit_shops VALUES ('theirs')",
        ),
        "crmkit_interactions as a view": ("CREATE VIEW crmkit_interactions AS SELECT 1 AS id",),
        "a crmkit_facts with other columns": ("CREATE TABLE crmkit_facts (shop_id, colour)",),
        "a crmkit_aliases of another": (
            "CREATE TABLE crmkit_aliases (name)",
            "INSERT INTO crmkit_aliases VALUES ('theirs')",
        ),
        "a meta that is a text": (
            "CREATE TABLE crmkit_meta (name TEXT PRIMARY KEY, value)",
            "INSERT INTO crmkit_meta VALUES ('schema', 'four')",
        ),
        "a meta that is nothing": (
            "CREATE TABLE crmkit_meta (name TEXT PRIMARY KEY, value)",
            "INSERT INTO crmkit_meta VALUES ('schema', NULL)",
        ),
        "a version and no tables": (
            "CREATE TABLE crmkit_meta (name TEXT PRIMARY KEY, value)",
            "INSERT INTO crmkit_meta VALUES ('schema', 4)",
        ),
    }.items():
        path = trial.copy()
        path.unlink()
        _run(path, *statements)
        before = _dump(path)
        error = error_of(lambda path=path: use(path))
        trial.outcome.count("refused")
        if not isinstance(error, StoreError):
            trial.outcome.wrong(f"{what} gives {error!r}")
        trial.outcome.alike(f"{what}, rows", _dump(path), before)


def _run(path: Path, *statements: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        rows: list[Any] = []
        for statement in statements:
            rows = connection.execute(statement).fetchall()
        connection.commit()
        return rows
    finally:
        connection.close()


def _dump(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def _logs(trial: _Damage) -> None:
    """A log without its database is nobody's; a damaged log loses only what was not kept yet."""
    path = trial.copy()
    Path(f"{path}-wal").write_bytes(trial.chance.randbytes(9000))
    trial.outcome.alike("a database with noise for a log", use(path), trial.expected)
    path = trial.copy()
    path.unlink()
    Path(f"{path}-wal").write_bytes(trial.chance.randbytes(9000))
    use(path)
    trial.outcome.count("logs of nobody", 2)


def _permissions(trial: _Damage) -> None:
    """A file, or its folder, that may only be read: by somebody who is not root."""
    for what, modes in {"a file": (0o444, 0o755), "a folder": (0o444, 0o555)}.items():
        path = trial.copy()
        path.parent.parent.chmod(0o755)
        path.chmod(modes[0])
        path.parent.chmod(modes[1])
        before = seen(path.parent)
        status = _as_nobody(lambda path=path: isinstance(error_of(lambda: use(path)), StoreError))
        if not status:
            trial.outcome.wrong(f"{what} that may only be read gives no StoreError")
        trial.outcome.alike(f"{what} that may only be read", seen(path.parent), before)
        trial.outcome.count("refused")
        path.parent.chmod(stat.S_IRWXU)


def _as_nobody(call: Callable[[], bool]) -> bool:
    """Ask in a child, as nobody where this is root's process."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if os.getuid() == 0:
                os.setuid(_NOBODY)
            status = 0 if call() else 1
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


def _flipped(trial: _Damage) -> None:
    """Bytes turned, zeroed, or cut off: read as it was, or refused; never made worse.

    A byte in a row's text that no checksum guards may be read as it now is; in the text of a
    policy, it makes that of another shop, over which the one given is kept. Whatever is not
    refused with an error of crmkit's is a finding, and so is a file that is changed otherwise.
    """
    path = trial.copy()
    content = bytearray(path.read_bytes())
    for place in _hurt(trial.chance, len(content)):
        content[place] = trial.chance.randrange(256)
    if trial.chance.random() < 0.3:
        del content[trial.chance.randrange(len(content)) :]
    path.write_bytes(content)
    before, policy = seen(path.parent), _policy(bytes(content), trial.folder)
    error = error_of(lambda: use(path))
    if error is None:
        trial.outcome.count("read all the same")
    elif isinstance(error, CrmkitError):
        trial.outcome.count("refused")
        if policy is not None and policy != trial.policy == _policy(
            path.read_bytes(), trial.folder
        ):
            trial.outcome.count("policies of another shop, kept anew")
        else:
            trial.outcome.alike(f"damaged ({error})", seen(path.parent), before)
        if _OF_A_PERSON in str(error):
            trial.outcome.wrong(f"an error quotes what is kept: {error}")
    else:
        trial.outcome.wrong(f"a damaged file gives {error!r:.500}")
    with suppress(FileNotFoundError):
        shutil.rmtree(path.parent)


def _policy(content: bytes, folder: Path) -> str | None:
    """The text of the shop's policy in a database, as far as it can be read."""
    path = folder / "looked-at.db"
    path.write_bytes(content)
    with suppress(sqlite3.Error, ValueError):
        (row,) = _run(path, f"SELECT policy FROM crmkit_shops WHERE shop_id = '{SHOP.id}'")  # noqa: S608
        return str(row[0])
    return None


def _hurt(chance: Random, length: int) -> Iterator[int]:
    """A few bytes, a run of them, or some in the header."""
    if chance.random() < 0.2:
        yield from (chance.randrange(100) for _ in range(chance.randint(1, 3)))
    elif chance.random() < 0.5:
        yield from (chance.randrange(length) for _ in range(chance.randint(1, 40)))
    else:
        start = chance.randrange(length)
        yield from range(start, min(length, start + chance.randint(1, 5000)))
