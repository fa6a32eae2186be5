"""`make run`: the whole portal on one machine, every process of it started, watched and stopped together."""

import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import psycopg2

from diginor.running import VAR_DIR
from diginor.running.embedded import EmbeddedError, Servers
from diginor.running.processes import HOST, die_with_parent, follow_parent, free_port, stop_process, tail

BASE_DIR = Path(__file__).resolve().parents[2]
LOG_DIR = VAR_DIR / "log"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
RESTARTS_A_MINUTE = 5
START_SECONDS = 60
STOP_SECONDS = 10


class Stopped(Exception):
    """Somebody asked for the end, possibly during the start."""


class Failed(Exception):
    """The portal cannot run; the message says why."""


@dataclass
class Service:
    """One long-lived process of the portal, started again when it dies by itself."""

    name: str
    command: list[str]
    environment: dict[str, str]
    sockets: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """Where the process writes."""
        return LOG_DIR / f"{self.name}.log"

    @property
    def is_dead(self) -> bool:
        """Whether the process has ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def start(self) -> None:
        """Start the process in a group of its own, so that Ctrl-C reaches the supervisor only."""
        self.starts.append(time.monotonic())
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=BASE_DIR,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                pass_fds=self.sockets,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def ask_to_stop(self) -> None:
        """Let the process finish what it does."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def end(self) -> None:
        """Wait for the process a little, then leave nothing of it or of its children."""
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def restart(self) -> None:
        """Start again, unless the process keeps dying."""
        self.end()
        recent = [start for start in self.starts if start > time.monotonic() - 60]
        if len(recent) >= RESTARTS_A_MINUTE:
            raise Failed(f"« {self.name} » s’arrête sans cesse ({self.log}) :\n{tail(self.log)}")
        self.start()


class Supervisor:
    """Starts everything in order, watches it, and stops it in the opposite order."""

    def __init__(self) -> None:
        self.environment = dict(os.environ, DIGINOR_DEMO=os.environ.get("DIGINOR_DEMO", "1"))
        self.servers = Servers(VAR_DIR)
        self.services: list[Service] = []
        self.door: socket.socket | None = None
        self.is_stopping = False
        self.begun_at = time.monotonic()

    def run(self) -> int:
        """Run until told to stop; return the exit status."""
        for signum in STOP_SIGNALS:
            signal.signal(signum, self._ask_to_stop)
        try:
            self._start()
            while True:
                self._watch()
                time.sleep(0.3)
        except Stopped:
            return 0
        except (Failed, EmbeddedError) as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
        finally:
            self._stop()

    def _ask_to_stop(self, signum: int, frame: FrameType | None) -> None:
        """Only take note: the places that wait look at it, so that no process is lost half started."""
        if not self.is_stopping:
            print("\nArrêt en cours…", flush=True)
        self.is_stopping = True

    def _check(self) -> None:
        if self.is_stopping:
            raise Stopped

    def _start(self) -> None:
        LOG_DIR.mkdir(parents=True, exist_ok=True)
        with self._step("PostgreSQL et Valkey"):
            self._start_servers()
        with self._step("Tables de la base"):
            self._manage("migrate", "--noinput")
        with self._step("Fichiers statiques"):
            self._collect_static()
        self._load_demonstration()
        with self._step("Portail"):
            self._start_services()
        self._announce()

    @contextlib.contextmanager
    def _step(self, title: str) -> Iterator[None]:
        self._check()
        begun_at = time.monotonic()
        print(f"  {title}…", end="", flush=True)
        yield
        print(f" {time.monotonic() - begun_at:.1f} s".replace(".", ","), flush=True)

    def _start_servers(self) -> None:
        given = [name for name in ("DATABASE_URL", "CELERY_BROKER_URL") if os.environ.get(name)]
        self.environment |= self.servers.start("DATABASE_URL" not in given, "CELERY_BROKER_URL" not in given)

    def _manage(self, *arguments: str) -> str:
        """Run a management command, and return what it printed."""
        log_path = LOG_DIR / "manage.log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=BASE_DIR,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )
            try:
                while process.poll() is None:
                    self._check()
                    time.sleep(0.05)
            finally:
                stop_process(process, (signal.SIGTERM,), 5)
        if process.returncode:
            raise Failed(f"« manage.py {' '.join(arguments)} » a échoué :\n{tail(log_path, 40)}")
        return log_path.read_text(errors="replace")

    def _collect_static(self) -> None:
        """Collect and compress the static files, only when they or the packages changed."""
        stamp_path = VAR_DIR / "static.stamp"
        sources = [*sorted((BASE_DIR / "static").rglob("*")), BASE_DIR / "requirements.txt"]
        facts = [f"{path.relative_to(BASE_DIR)} {path.stat().st_mtime_ns}" for path in sources if path.is_file()]
        stamp = hashlib.sha256("\n".join(facts).encode()).hexdigest()
        is_done = stamp_path.exists() and stamp_path.read_text() == stamp
        target = Path(os.environ.get("STATIC_ROOT") or BASE_DIR / "staticfiles")
        if not is_done or not (target / "staticfiles.json").exists():
            self._manage("collectstatic", "--noinput", "--verbosity=0")
            stamp_path.write_text(stamp)

    def _load_demonstration(self) -> None:
        """Load the territories and the demonstration, each once."""
        if self.environment["DIGINOR_DEMO"] not in ("1", "true", "True", "on"):
            return
        if self._is_empty("members_territory"):
            with self._step("Communes et territoires"):
                self._manage("load_territories")
        if self._is_empty("members_user"):
            with self._step("Données de démonstration"):
                self._manage("load_demonstration")

    def _is_empty(self, table: str) -> bool:
        connection = psycopg2.connect(self.environment["DATABASE_URL"])
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute(f"SELECT NOT EXISTS (SELECT FROM {table})")
            return cursor.fetchone() == (True,)

    def _start_services(self) -> None:
        wanted = int(os.environ.get("PORT", "8000"))
        # The supervisor holds the door: a web server that is started again finds it open, with whoever waits there.
        self.door = open_door(wanted)
        port = self.door.getsockname()[1]
        if port != wanted:
            print(f" (le port {wanted} est occupé, voici le {port})", end="")
        self.environment.setdefault("SITE_URL", f"http://{HOST}:{port}")
        if "EMAIL_URL" not in self.environment:
            mail_port = free_port()
            self.environment["EMAIL_URL"] = f"smtp://{HOST}:{mail_port}"
            self._add("mail", "-m", "diginor.running.mail_sink", str(mail_port))
        gunicorn = ("-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "-b", f"fd://{self.door.fileno()}")
        self._add("web", *gunicorn, "diginor.wsgi", sockets=(self.door.fileno(),))
        celery = ("-m", "celery", "-A", "diginor")
        # One task at a time each: together they take little more memory than one worker with two children.
        for queue in ("clock", "mails"):
            options = (f"--queues={queue}", f"--hostname={queue}@%h", "--concurrency=1", "--loglevel=WARNING")
            self._add(f"worker-{queue}", *celery, "worker", *options)
        self._add("beat", *celery, "beat", "--pidfile=", "--loglevel=WARNING")
        self._wait_for_web(port)

    def _add(self, name: str, *arguments: str, sockets: tuple[int, ...] = ()) -> None:
        self._check()
        service = Service(name, [sys.executable, *arguments], self.environment, sockets)
        service.log.write_bytes(b"")
        self.services.append(service)
        service.start()

    def _wait_for_web(self, port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        web = next(service for service in self.services if service.name == "web")
        while not answers(f"http://{HOST}:{port}/sante/"):
            self._check()
            if web.is_dead or time.monotonic() > deadline:
                raise Failed(f"Le portail ne démarre pas :\n{tail(web.log, 40)}")
            time.sleep(0.1)

    def _announce(self) -> None:
        accounts = self._manage("demonstration_accounts") if self.environment["DIGINOR_DEMO"] == "1" else ""
        seconds = time.monotonic() - self.begun_at
        print(f"\nDIGINOR est prêt en {seconds:.0f} s : {self.environment['SITE_URL']}/\n\n{accounts}")
        print("Journaux : var/log/. Arrêt : Ctrl-C (les données sont gardées).", flush=True)

    def _watch(self) -> None:
        """Start again what died."""
        self._check()
        for service in self.services:
            if service.is_dead:
                print(f"« {service.name} » s’est arrêté, il est relancé.", flush=True)
                service.restart()
        for server in (self.servers.postgres, self.servers.valkey):
            if server and server.process and server.process.poll() is not None:
                print(f"{type(server).__name__} s’est arrêté, il est relancé.", flush=True)
                server.start()

    def _stop(self) -> None:
        self.is_stopping = True
        for service in reversed(self.services):
            service.ask_to_stop()
        for service in reversed(self.services):
            service.end()
        if self.door:
            self.door.close()
        self.servers.stop()


def open_door(wanted: int) -> socket.socket:
    """Listen on the first free port from `wanted` on."""
    for port in range(wanted, wanted + 1000):
        with contextlib.suppress(OSError):
            return socket.create_server((HOST, port), backlog=256)
    raise Failed(f"Aucun port libre à partir de {wanted}.")


def answers(url: str) -> bool:
    """Tell whether a web server answers, whatever it says."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def main() -> None:
    """Run the portal; when `make` started us and dies, so do we."""
    if "MAKELEVEL" in os.environ:
        follow_parent(signal.SIGTERM)
    sys.exit(Supervisor().run())


if __name__ == "__main__":
    main()
