"""Sets Django up in this process, on the content of servers.py; imported before any model of the site."""

import os
import sys

from servers import ROOT, environment

sys.path.insert(0, str(ROOT))
os.environ.update(environment(), DJANGO_SETTINGS_MODULE="careers.settings")

import django

django.setup()
