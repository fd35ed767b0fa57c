"""`./pelak database | web | worker`: runs one part alone in the foreground, as a container's one program."""

import os
import time
from pathlib import Path

from gis_core.cli import account, cluster, jobs, roles, serve, steps, told_to_stop
from gis_core.cli.environment import city_home
from gis_core.cli.places import find_places


def run(arguments: list[str]) -> int:
    """Run the part until told to stop; web and worker serve a city that `./pelak prepare` made ready."""
    return {"database": database, "web": web, "worker": worker}[arguments[0]]()


def database() -> int:
    """Serve the cluster's socket."""
    told_to_stop.listen()
    places = find_places()
    try:
        with cluster.running(places):
            steps.say(f"The database cluster answers at {places.socket}")
            while True:
                time.sleep(5)
                if cluster.revive(places):
                    steps.say("The database cluster had died and was started again")
    except KeyboardInterrupt:
        steps.say("Stopped")
    return 0


def web() -> int:
    """Become the web server."""
    host, port = os.environ.get("PELAK_HOST") or "127.0.0.1", int(os.environ.get("PELAK_PORT") or 8000)
    with city_home() as home:
        roles.refuse_powerful(home.app_url)
        runner = account.runner(home)
        bind, _sockets = serve.address(runner, host, port)
        _become(serve.web_command(runner, bind), runner.environment(home), runner.folder)
    return 0


def worker() -> int:
    """Become the job worker."""
    with city_home() as home:
        roles.refuse_powerful(home.app_url)
        jobs.return_stalled_jobs(home.app_url)
        runner = account.runner(home)
        environment = {**runner.environment(home), "PELAK_ACTOR": "system"}
        _become(serve.worker_command(runner), environment, runner.folder)
    return 0


def _become(command: list[str], environment: dict[str, str], folder: Path) -> None:
    os.chdir(folder)
    os.execvpe(command[0], command, environment)
