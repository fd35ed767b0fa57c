#!/usr/bin/env python
"""Django's command line for Pelak; people use ./pelak, which prepares the machine first."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_core.settings.base")
    os.environ.setdefault("PELAK_ACTOR", "system")  # commands and jobs are Pelak itself; pages are who asks
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
