"""`./pelak up`: makes everything that is missing, serves, and stops all of it at Ctrl-C."""

import json
import os

from gis_core.city import City
from gis_core.cli import cluster, jobs, serve, steps
from gis_core.cli.environment import CityHome, city_home
from gis_core.cli.places import find_places
from gis_core.cli.prepare import parser, prepare
from gis_core.cli.troubles import MachineTrouble
from gis_core.cli.up_lock import up_lock

DEFAULT_PORT = 8000


def run(arguments: list[str]) -> int:
    """Serve until told to stop."""
    known = parser("./pelak up")
    known.add_argument("--port", type=int, default=int(os.environ.get("PELAK_PORT") or DEFAULT_PORT))
    known.add_argument("--host", default=os.environ.get("PELAK_HOST") or "127.0.0.1")
    options = known.parse_args(arguments[1:])
    public_url = os.environ.get("PUBLIC_URL") or f"http://localhost:{options.port}"
    held = up_lock(find_places())
    if not held.take(json.dumps({"process": os.getpid(), "url": public_url})):
        running = json.loads(held.note() or "{}")
        raise MachineTrouble(
            "ALREADY_RUNNING",
            f"Pelak already runs here: {running.get('url')} (process {running.get('process')}).",
            "./pelak stop",
        )
    try:
        serve.need_free_port(options.host, options.port)
        with city_home(options.city) as home:
            prepare(home, demo_parcels=options.demo_parcels, fill=not options.no_demo)
            _serve(home, options.host, options.port, public_url)
    except KeyboardInterrupt:
        steps.say("Stopped: web server, worker and the database cluster unless others use it")
    finally:
        held.release()
    return 0


def _serve(home: CityHome, host: str, port: int, public_url: str) -> None:
    programs = serve.programs_of(home, host, port, public_url)

    def ready() -> None:
        jobs.return_stalled_jobs(home.app_url)
        local = "127.0.0.1" if host in ("0.0.0.0", "") else host
        serve.wait_until_answering(f"http://{local}:{port}/", programs[0])
        _greet(home, public_url)

    def each_minute() -> None:
        if home.is_private and cluster.revive(home.places):
            steps.say("The database cluster had died and was started again")
        returned = jobs.return_stalled_jobs(home.app_url)
        if returned:
            steps.say(f"{returned} jobs of a killed worker are in the queue again")

    steps.say("Starting the web server and the job worker ...")
    serve.supervise(programs, ready=ready, each_minute=each_minute)


def _greet(home: CityHome, public_url: str) -> None:
    lines = ["", f"Pelak serves {home.city.name_en} ({home.city.name_fa}):  {public_url}", ""]
    accounts = demo_accounts(home)
    if accounts:
        lines.append("Demo accounts (invented people):")
        lines += [f"  {role:<20} {name:<26} {password}" for role, name, password in accounts]
        lines += [*whose_lot(home.city), ""]
    steps.say("\n".join([*lines, "Ctrl-C stops it. Logs: " + str(home.places.logs)]))


def whose_lot(city: City) -> list[str]:
    """Which lot is the demo citizen's, and the invented national code under which it is on record."""
    citizen = city.policies.get("demo_citizen")
    if not citizen:
        return []
    return [
        f"The citizen owns parcel {citizen['parcel']} and five beside it, answered at once for national code",
        f"{citizen['national_code']} and any name. For another code an officer sees the papers first.",
    ]


def demo_accounts(home: CityHome) -> list[tuple[str, str, str]]:
    """Role, user name and password of the invented people; none where there are none."""
    if not home.demo_accounts.exists():
        return []
    rows = json.loads(home.demo_accounts.read_text())
    return [(row["role"], row["username"], row["password"]) for row in rows]
