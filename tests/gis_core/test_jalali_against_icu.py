"""Every day of two centuries is the same Jalali day in ICU's persian calendar."""

import shutil
import subprocess
from datetime import date, timedelta

import pytest

from gis_core.jalali import to_jalali

FIRST, DAYS = date(1921, 3, 21), 76_000
# Node carries ICU; it writes one day a line.
SCRIPT = """
const wanted = {timeZone: "UTC", year: "numeric", month: "numeric", day: "numeric"};
const shown = new Intl.DateTimeFormat("en-u-ca-persian-nu-latn", wanted);
const lines = [];
for (let day = 0; day < %d; day++) {
  const written = shown.formatToParts(new Date(%d + day * 86400000));
  const parts = Object.fromEntries(written.map((part) => [part.type, part.value]));
  lines.push([parts.year, parts.month, parts.day].map((part) => part.padStart(2, "0")).join("-"));
}
process.stdout.write(lines.join("\\n"));
"""


def test_two_centuries_of_days_agree_with_icu():
    node = shutil.which("node")
    if node is None:
        pytest.skip("No node on this machine to ask ICU.")
    start_ms = (FIRST - date(1970, 1, 1)) // timedelta(milliseconds=1)
    asked = subprocess.run(
        [node, "-e", SCRIPT % (DAYS, start_ms)], capture_output=True, text=True, check=True
    )
    ours = [str(to_jalali(FIRST + timedelta(days=day))) for day in range(DAYS)]
    assert asked.stdout.split("\n") == ours
