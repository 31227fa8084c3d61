#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from django.core.management import execute_from_command_line

from careers.env import begin_site, refuse_unreadable_settings

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "careers.settings")
    arguments = sys.argv
    if arguments[1:2] == ["init_site"]:
        # No command can be found without settings, and this one makes them.
        options = begin_site(arguments[2:])
        arguments = [*arguments[:2], "--editor", options.editor]
    refuse_unreadable_settings()
    execute_from_command_line(arguments)
