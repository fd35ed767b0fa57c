"""Runs the web server and the job worker, and starts again what dies."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gis_core.cli import account, steps, told_to_stop
from gis_core.cli.account import Runner
from gis_core.cli.environment import CityHome
from gis_core.cli.troubles import MachineTrouble

LARGEST_LOG_BYTES = 20 * 2**20
MOST_DEATHS, WITHIN_S = 5, 60.0
GRACE_S = 20.0
FIRST_OPEN_PORT = 1024


def web_command(runner: Runner, bind: str, workers: int | None = None) -> list[str]:
    """The production web server: processes by cores, each with a few threads."""
    workers = workers or min(8, max(2, os.cpu_count() or 2))
    gunicorn = runner.command("-m", "gunicorn", "gis_core.wsgi:application", "--bind", bind)
    sizes = ["--worker-class", "gthread", "--workers", str(workers), "--threads", "4", "--timeout", "120"]
    return [*gunicorn, *sizes, "--graceful-timeout", "10", "--worker-tmp-dir", _memory_folder()]


def worker_command(runner: Runner) -> list[str]:
    """The job worker: takes jobs from the city's own database."""
    return runner.command(str(runner.folder / "manage.py"), "procrastinate", "worker", "--concurrency", "2")


@dataclass
class Program:
    """One supervised program: how to start it, where it writes, when it died lately."""

    name: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    log: Path
    sockets: tuple[int, ...] = ()
    process: subprocess.Popen | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_DEATHS))

    def start(self) -> None:
        """
        Start it in a group of its own, so that Ctrl-C reaches only us; it ends when we are killed.
        """
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                _ending_with_us(self.command),
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=self.sockets,
                start_new_session=True,
            )

    def revive(self) -> None:
        """
        Start it again when it has died.

        Raises
        ------
        MachineTrouble
            KEEPS_DYING when it died too often in a minute; its last words are shown.
        """
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        self.deaths.append(now)
        if len(self.deaths) == MOST_DEATHS and now - self.deaths[0] < WITHIN_S:
            raise MachineTrouble(
                "KEEPS_DYING", f"The {self.name} keeps dying:\n{self.last_words()}", str(self.log)
            )
        steps.say(f"The {self.name} died (exit code {self.process.returncode}): starting it again")
        self.start()

    def last_words(self) -> str:
        """The last lines of its log."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 4000))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-15:])

    def end(self, deadline: float) -> None:
        """Ask it to finish what it is doing and end; kill it at the deadline."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def supervise(programs: list[Program], *, ready: Callable[[], None], each_minute: Callable[[], None]) -> None:
    """Run the programs until we are told to end: SIGINT, SIGTERM or SIGHUP."""
    told_to_stop.listen()
    try:
        for program in programs:
            program.start()
        ready()
        looked = time.monotonic()
        while True:
            time.sleep(0.5)
            for program in programs:
                program.revive()
            if time.monotonic() - looked > 60:
                looked = time.monotonic()
                each_minute()
    finally:
        for program in programs:
            if program.process and program.process.poll() is None:
                program.process.terminate()
        deadline = time.monotonic() + GRACE_S
        for program in programs:
            program.end(deadline)


def programs_of(home: CityHome, host: str, port: int, public_url: str) -> list[Program]:
    """The web server and the worker of one city."""
    runner = account.runner(home)
    environment = runner.environment(home, public_url)
    worker_environment = {**environment, "PELAK_ACTOR": "system"}
    web_log, worker_log = home.places.logs / "web.log", home.places.logs / "worker.log"
    bind, sockets = address(runner, host, port)
    return [
        Program("web server", web_command(runner, bind), environment, runner.folder, web_log, sockets),
        Program("job worker", worker_command(runner), worker_environment, runner.folder, worker_log),
    ]


def address(runner: Runner, host: str, port: int) -> tuple[str, tuple[int, ...]]:
    """What the web server listens at, and the socket we open for it where only root may use the port."""
    if runner.account is None or port >= FIRST_OPEN_PORT:
        return f"{host}:{port}", ()
    opened = socket.create_server((host, port))
    opened.set_inheritable(True)
    number = opened.detach()
    return f"fd://{number}", (number,)


def wait_until_answering(url: str, program: Program, seconds: float = 120) -> None:
    """
    Wait until pages come.

    Raises
    ------
    MachineTrouble
        NOT_ANSWERING with the server's last words.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        program.revive()
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10):
                return
        except urllib.error.HTTPError as answer:
            if answer.code >= 500:
                steps.say(f"{url} answers {answer.code}; see {program.log}")
            return
        except OSError:
            time.sleep(0.2)
    raise MachineTrouble("NOT_ANSWERING", f"{url} gives no page:\n{program.last_words()}", str(program.log))


def need_free_port(host: str, port: int) -> None:
    """
    Refuse a port that another program has.

    Raises
    ------
    MachineTrouble
        PORT_IN_USE, naming a free one.
    """
    if _is_free(host, port):
        return
    other = next((number for number in range(port + 1, port + 100) if _is_free(host, number)), 0)
    remedy = f"./pelak up --port {other}" if other else "./pelak up --port ..."
    raise MachineTrouble("PORT_IN_USE", f"Another program uses port {port} of {host}.", remedy)


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind((host, port))
        except OSError:
            return False
    return True


def _ending_with_us(command: list[str]) -> list[str]:
    """The kernel ends it when we are killed; one setpriv does all, for a change of account forgets this."""
    return ["setpriv", "--pdeathsig", "TERM", *command[command[0] == "setpriv" :]]


def _memory_folder() -> str:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
