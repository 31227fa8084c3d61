"""Asks the site of this container whether it answers, as its proxy does; the container's health check."""

import os
from urllib.request import Request, urlopen

host = os.environ["ALLOWED_HOSTS"].split(",")[0]
url = f"http://127.0.0.1:{os.environ['GRANIAN_PORT']}/healthz"
urlopen(Request(url, headers={"Host": host, "X-Forwarded-Proto": "https"}), timeout=10).close()
