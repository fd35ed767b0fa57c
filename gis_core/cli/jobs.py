"""Gives back jobs whose worker was killed: from outside the queue, so that it cannot stall with it."""

import psycopg

SILENT_S = 60.0  # a worker says every ten seconds that it is alive


def return_stalled_jobs(app_url: str) -> int:
    """
    Put jobs of workers that fell silent back into the queue, and return how many.

    Tasks may therefore run twice, and are written so that this does no harm.
    """
    with psycopg.connect(app_url) as connection:
        connection.execute("SELECT procrastinate_prune_stalled_workers_v1(%s)", [SILENT_S])
        returned = connection.execute(
            "SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)"
            " FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NULL"
        )
        return returned.rowcount
