"""Real database servers for the tests: an unprivileged process each, in a temporary folder, gone when the test ends.

They need the Debian packages `postgresql` and `mariadb-server`. Without one its tests are skipped; REQUIRE_SERVERS=1 (CI)
makes that a failure.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "not-a-secret"  # of servers that listen on this machine while a test runs
SECONDS_TO_START = 60


def program(name: str, package: str) -> str:
    """Return the path of a server's program; without it skip the test, or fail if REQUIRE_SERVERS=1."""
    folders = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/sbin"), Path("/usr/libexec")]
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, folders)))
    if found is None and os.environ.get("REQUIRE_SERVERS") == "1":
        pytest.fail(f"REQUIRE_SERVERS=1, but there is no {name}: apt-get install {package}")
    if found is None:
        pytest.skip(f"no {name}: apt-get install {package}")
    return found


@contextmanager
def postgresql():
    """Yield the address of a new PostgreSQL server with an empty database `shop` (UTF-8)."""
    initdb, server = program("initdb", "postgresql"), program("postgres", "postgresql")
    with _folder() as folder:
        data, port = folder / "data", _free_port()
        _run([initdb, "-D", data, "-U", "owner", "-E", "UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", "--no-sync",
              f"--pwfile={_file(folder / 'password', PASSWORD)}"])
        command = [server, "-D", data, "-p", port, "-k", folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
                   "-c", "timezone=America/New_York"]
        address = f"postgresql://owner:{PASSWORD}@127.0.0.1:{port}"
        with _running(command, folder, f"{address}/postgres") as owner:
            _execute(owner, "CREATE DATABASE shop")
            yield f"{address}/shop"


@contextmanager
def mariadb():
    """Yield the address of a new MariaDB server with an empty database `shop` (utf8mb4)."""
    install, server = program("mariadb-install-db", "mariadb-server"), program("mariadbd", "mariadb-server")
    with _folder() as folder:
        data, port = folder / "data", _free_port()
        _run([install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db",
              "--skip-name-resolve", *_basedir(install)])
        first = _file(folder / "first.sql", f"CREATE USER owner@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
                      "GRANT ALL ON *.* TO owner@'127.0.0.1' WITH GRANT OPTION;\n"
                      "CREATE DATABASE shop CHARACTER SET utf8mb4;\n")
        command = [server, "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1",
                   f"--socket={folder}/socket", f"--pid-file={folder}/pid", f"--init-file={first}", "--skip-name-resolve",
                   "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0", "--default-time-zone=-05:00"]
        address = f"mysql+pymysql://owner:{PASSWORD}@127.0.0.1:{port}/shop?charset=utf8mb4"
        with _running(command, folder, address):
            yield address


def _basedir(install: str) -> list[str]:
    return [f"--basedir={Path(install).resolve().parent.parent}"]


@contextmanager
def _folder():
    """Yield a folder that the server's account owns: tests of root run servers as nobody, which they demand."""
    folder = Path(tempfile.mkdtemp(prefix="server-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            os.chown(folder, *_account())
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> tuple[int, int]:
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _as_nobody() -> dict:
    if os.geteuid() != 0:
        return {}
    user, group = _account()
    return {"user": user, "group": group, "extra_groups": []}


def _file(file: Path, content: str) -> Path:
    file.write_text(content)
    file.chmod(0o644)
    return file


def _run(command: list) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd="/tmp", **_as_nobody())
    assert done.returncode == 0, f"{command[0]} failed: {done.stderr[-500:]}"


@contextmanager
def _running(command: list, folder: Path, address: str):
    """Start a server, yield an engine to it as soon as it answers, and stop it."""
    import sqlalchemy as sa

    owner = sa.create_engine(address.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.pool.NullPool)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, cwd="/tmp", **_as_nobody())
    try:
        _wait_for(owner, server, folder / "log")
        yield owner
    finally:
        owner.dispose()
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(owner, server, log: Path) -> None:
    import sqlalchemy as sa

    end = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            with owner.connect():
                return
        except sa.exc.OperationalError:
            tail = log.read_text(errors="replace")[-500:]
            assert server.poll() is None, f"the server stopped: {tail}"
            assert time.monotonic() < end, f"the server does not answer: {tail}"
            time.sleep(0.1)


def _execute(owner, statement: str) -> None:
    with owner.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql(statement)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
