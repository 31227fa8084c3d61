"""docs/guides/deploy.md, done as it says on empty machines: every command, in its order, with real systemd and real HTTPS.

What is not as in a district: the code comes from a copy of this repository and packages of Python from a folder, Caddy's
certificate is of its own authority, and Debian's packages are fetched through the network of the machine that tests.
"""

import re
import shutil
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.deploy import machine as machines
from tests.deploy.machine import Machine
from tests.deploy.reader import FIRST, GUIDE, MORE_VALUES, SECOND, SITE, VALUES, Reader, commit

pytestmark = [pytest.mark.machine, pytest.mark.skipif(bool(machines.missing()), reason=machines.missing())]


def test_one_machine(boot, source):
    with boot("one") as machine:
        reader = Reader(machine)
        printed = reader.do("One machine", steps=slice(0, 2))
        assert machine.run("cat /proc/sys/net/ipv4/tcp_migrate_req").strip() == "1"
        assert re.search(r"^Password: \S{20,}$", printed[0], re.MULTILINE)
        assert '"status": "ready"' in printed[1]
        machine.run("careers check --deploy --fail-level WARNING")
        assert "HTTP/2 200" in reader.do("The proxy")[-1]
        assert "It was restored on trial, and is good." in reader.do("The nightly work")[-1]
        assert "The site is in order." in reader.do("One machine", steps=slice(2, None))[-1]
        _proxy_keeps_its_word(machine)
        _update_loses_no_request(reader, source)
        assert "The site is in order." in reader.do("Try the way back, once")[-1]
        assert machine.run("systemctl list-units --failed --plain --no-legend 'careers-*' caddy.service") == ""
        print(_memory(machine))  # noqa: T201


def _proxy_keeps_its_word(machine: Machine) -> None:
    """HTTPS, one set of headers, nothing of a visitor's in the log or in what the site is told."""
    url = f"https://{SITE}"
    answer = machine.run(
        f"curl --silent --include --header 'X-Forwarded-Proto: http' --header 'X-Request-ID: mine' '{url}/search/?q=Ada+Lovelace'"
    )
    head = answer.partition("\n\n")[0].lower()
    assert head.startswith("http/2 200"), "A visitor made the site believe in plain HTTP"
    for name in ("strict-transport-security", "content-security-policy", "alt-svc: h3="):
        assert len(re.findall(rf"^{name}", head, re.MULTILINE)) == 1, name
    assert re.search(r"^x-request-id: [0-9a-f-]{36}$", head, re.MULTILINE)
    redirect = machine.run(f"curl --silent --head http://{SITE}/about/")
    assert f"Location: {url}/about/" in redirect
    compressed = machine.run(f"curl --silent --head --header 'Accept-Encoding: br, gzip' {url}/")
    assert re.findall(r"content-encoding: (\w+)", compressed) == ["br"]
    assert ":01BB " in machine.run("cat /proc/net/udp6"), "Nobody listens for HTTP/3"
    form = f"--header 'Origin: {url}' --data-binary @/tmp/large {url}/assessment/interests-60/1/"
    machine.run("head --bytes 1500000 /dev/zero > /tmp/large")
    assert "HTTP/2 413" in machine.run(f"curl --silent --include {form}")
    log = machine.run("journalctl --unit caddy --unit careers-web --output cat --no-pager")
    assert '"status":200' in log
    assert "clusters:search" in log
    for trace in ("Lovelace", "/search/", "remote_ip", "curl"):
        assert trace not in log


VISITORS = f"""
cd /tmp; rm -f closed codes; touch codes
ask() {{ curl --silent --output /dev/null --write-out '%{{http_code}}\\n' "$@" >> codes || true; }}
visit() {{ while [ ! -e closed ]; do ask "$@"; done; }}
for visitor in 1 2; do
  visit https://{SITE}/clusters/ &
  visit https://{SITE}/healthz &
  visit --header 'Origin: https://{SITE}' --data a=1 https://{SITE}/assessment/interests-60/1/ &
done
wait
"""


def _update_loses_no_request(reader: Reader, source: Path) -> None:
    """The workers of the new version take over while people read pages and send forms."""
    page = source / "templates" / "careers" / "about.html"
    page.write_text(page.read_text().replace("<h1>", "<h1>Version two: ", 1))
    commit(source)
    machine = reader.machine
    reader.do("Update", steps=slice(0, 2))
    visitors = threading.Thread(target=machine.run, args=[VISITORS])
    visitors.start()
    try:
        assert reader.do("Update", steps=slice(2, None))[-1].strip() == "active"
        machine.run(
            f"for second in $(seq 60); do curl --silent https://{SITE}/about/ | grep --quiet 'Version two' && sleep 1 && exit; "
            "sleep 1; done; exit 1"
        )
    finally:
        machine.run("touch /tmp/closed")
        visitors.join()
    codes = Counter(machine.run("cat /tmp/codes").split())
    assert set(codes) == {"200"}, codes
    # On a machine with other work each takes a second; at least each visitor was answered once.
    assert codes["200"] > 6


def _memory(machine: Machine) -> str:
    """What the site's processes have in memory; what they share is counted once."""
    first = machine.run("systemctl show --value --property MainPID careers-web").strip()
    workers = machine.run(f"cat /proc/{first}/task/*/children").split()
    sizes = machine.run("cat " + " ".join(f"/proc/{process}/smaps_rollup" for process in (first, *workers)))
    kilobytes = sum(map(int, re.findall(r"^Pss: +(\d+)", sizes, re.MULTILINE)))
    return f"{kilobytes / 1024:.0f} MB: the site, {len(workers)} workers"


def test_several_servers(boot):
    with boot("first") as first, boot("second") as second:
        machines.connect({FIRST: first, SECOND: second})
        reader = Reader(first, **MORE_VALUES)
        reader.values["DATABASE_PASSWORD"] = reader.do("The database", steps=slice(0, 1))[0].split()[-1]
        assert reader.do("The database", steps=slice(1, None))[-1].split()[-1] == "300"
        assert '"status": "ready"' in reader.do("The first server")[-1]
        shutil.copy(first.root / "srv/careers/.env", second.root / "srv/careers/.env")
        other = Reader(second, **reader.values)
        assert '"status": "ready"' in other.do("Each further server")[-1]
        assert "HTTP/2 200" in reader.do("The proxy")[-1]
        assert "It was restored on trial, and is good." in reader.do("The nightly work")[-1]
        assert "The site is in order." in first.run("careers doctor")
        _the_other_one_goes_on(first, second)


def _the_other_one_goes_on(first: Machine, second: Machine) -> None:
    """Both answer, without the visitor noticing which; when one is away, the other one does."""
    ask = f"curl --silent --fail --output /dev/null https://{SITE}/about/data/"
    first.run(f"for visitor in $(seq 20); do {ask}; done")
    for machine in (first, second):
        assert "GET data_sources 200" in machine.run("journalctl --unit careers-web --output cat --no-pager")
    first.run("systemctl stop careers-web")
    first.run(f"for visitor in $(seq 20); do {ask}; done")


@pytest.mark.parametrize(("heading", "values"), [("Five names", VALUES), ("Several servers", MORE_VALUES)])
def test_readers_are_told_all_names(heading, values):
    assert re.findall(r"^(\w+)=", GUIDE[heading][0], re.MULTILINE) == list(values)


def test_the_settings_of_containers_are_made(tmp_path):
    (tmp_path / "deploy").mkdir()
    script = "SITE=careers.district.example; TLS='tls internal'\n" + GUIDE["Containers"][0]
    machines.run("bash", "-euo", "pipefail", "-c", script, cwd=tmp_path)
    file = tmp_path / "deploy" / ".env"
    written = dict(line.split("=", 1) for line in file.read_text().splitlines())
    assert file.stat().st_mode & 0o077 == 0
    assert (len(written["SECRET_KEY"]), len(written["DATABASE_PASSWORD"])) == (80, 48)


def test_every_command_of_the_guide_was_run():
    """Commands under a heading that nothing above reads would be commands that nobody tried."""
    text = "".join(file.read_text() for file in Path(__file__).parent.glob("*.py"))
    assert [heading for heading, blocks in GUIDE.items() if blocks and f'"{heading}"' not in text] == []
