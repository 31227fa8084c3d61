"""Addresses on the pages are asked, and nothing that is not public is ever spoken to."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from clusters import addresses
from clusters.models import AddressCheck, ContentVersion, Credential
from tests.factories import make_school, make_source

PUBLIC, OTHER, PRIVATE = "93.184.216.34", "2606:2800:220:1::1", "10.1.2.3"
NAMES = {
    "fine.example": [PUBLIC],
    "six.example": [OTHER],
    "inside.example": [PRIVATE],
    "both.example": [PUBLIC, PRIVATE],
    "mapped.example": ["::ffff:127.0.0.1"],
}


class Answers(BaseHTTPRequestHandler):
    """A site whose paths say what it answers: /404, /to/<address>, /head-405, /slow."""

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        self.server.asked.append((self.command, self.headers["Host"], self.path, self.headers["User-Agent"]))
        _empty, what, *rest = self.path.split("/", 2)
        if what == "to":
            self.send_response(302)
            self.send_header("Location", rest[0])
        elif what == "head":
            self.send_response(405 if self.command == "HEAD" else 200)
        elif what == "silent" and self.command == "HEAD":
            return
        else:
            self.send_response(int(what) if what.isdigit() else 200)
        self.end_headers()

    def log_message(self, *args):
        pass


class World:
    """Names, and one real site behind all numbers. It knows which numbers were spoken to."""

    def __init__(self, server):
        self.server, self.spoken_to, self.names = server, [], dict(NAMES)

    def getaddrinfo(self, name, port, **kwargs):
        if name in self.names:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in self.names[name]]
        # Numbers are read as the system reads them, in all their ways to be written. Names are asked of nobody.
        return REAL_GETADDRINFO(name, port, flags=socket.AI_NUMERICHOST, **kwargs)

    def create_connection(self, address, timeout):
        self.spoken_to.append(address)
        reached = socket.socket()
        reached.settimeout(timeout)
        try:
            reached.connect(self.server.server_address)
        except OSError:
            reached.close()
            raise
        return reached


REAL_GETADDRINFO = socket.getaddrinfo


@pytest.fixture
def world(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    made = World(server)
    monkeypatch.setattr(addresses.socket, "getaddrinfo", made.getaddrinfo)
    monkeypatch.setattr(addresses.socket, "create_connection", made.create_connection)
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_page_that_is_there_has_no_problem(world):
    assert addresses.problem_of("http://fine.example/a%20page?x=1#part") == ""
    command, host, path, agent = world.server.asked[0]
    assert (command, host, path) == ("HEAD", "fine.example", "/a%20page?x=1")
    assert "career" in agent
    assert world.spoken_to == [(PUBLIC, 80)]


def test_version_6_and_an_address_without_a_path_are_asked_too(world):
    assert addresses.problem_of("http://six.example") == ""
    assert world.spoken_to == [(OTHER, 80)]
    assert world.server.asked[0][2] == "/"


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("404", "not there any more"),
        ("410", "not there any more"),
        ("500", "status 500"),
        ("403", ""),
        ("429", ""),
        ("head", ""),
        ("silent", ""),
    ],
)
def test_an_answer_is_told_in_words(world, path, problem):
    found = addresses.problem_of(f"http://fine.example/{path}")
    assert problem in found
    assert bool(found) == bool(problem)
    assert [command for command, *_rest in world.server.asked] == ["HEAD", "GET"]


def test_redirects_are_followed_and_not_for_ever(world):
    assert addresses.problem_of("http://fine.example/to/http://six.example/404") == "The page is not there any more."
    assert [number for number, _port in world.spoken_to] == [PUBLIC, OTHER, OTHER]
    assert "sends visitors on" in addresses.problem_of("http://fine.example/to/" + "/to/" * 9 + "x")


# What no visitor can reach, or what is no address: each of them written as an attacker would.
NEVER = [
    "http://127.0.0.1/", "http://localhost/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://10.0.0.1/",
    "http://192.168.1.1/", "http://172.16.0.1/", "http://100.64.0.1/", "http://0.0.0.0/", "http://0/", "http://2130706433/",
    "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[fe80::1]/", "http://[fc00::1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://224.0.0.1/",
    "http://240.0.0.1/", "http://255.255.255.255/", "http://[ff02::1]/", "http://[::]/", "http://inside.example/",
    "http://both.example/", "http://mapped.example/", "http://fine.example:8000/", "http://fine.example:443/",
    "https://fine.example:80/", "http://fine.example:99999/", "http://user:secret@fine.example/", "http://user@fine.example/",
    "ftp://fine.example/", "file:///etc/passwd", "gopher://fine.example/", "//fine.example/", "nonsense", "http://", "http:///x",
    "http://[::1/", "http://a..b/", "http://unknown.example/",
]  # fmt: skip


@pytest.mark.parametrize("url", NEVER)
def test_what_is_not_public_is_never_spoken_to(world, url):
    world.names["localhost"] = ["127.0.0.1", "::1"]
    assert addresses.problem_of(url)
    assert world.spoken_to == []


@pytest.mark.parametrize("url", [url for url in NEVER if "://" in url and url not in ("http://", "http:///x")])
def test_no_redirect_leads_to_what_is_not_public(world, url):
    world.names["localhost"] = ["127.0.0.1", "::1"]
    assert addresses.problem_of(f"http://fine.example/to/{url}")
    assert world.spoken_to == [(PUBLIC, 80)]


def test_a_name_that_means_another_machine_a_moment_later_is_not_asked_again(world, monkeypatch):
    target = addresses.look_at("http://fine.example/")
    world.names["fine.example"] = [PRIVATE]
    monkeypatch.setattr(addresses, "look_at", lambda url: target)
    assert addresses.problem_of("http://fine.example/") == ""
    assert world.spoken_to == [(PUBLIC, 80)]


def test_who_does_not_answer_in_time_is_left(world, monkeypatch):
    monkeypatch.setattr(addresses, "PATIENCE", 0.2)
    quiet = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setattr(world.server, "server_address", quiet.getsockname())
    assert addresses.problem_of("http://fine.example/")
    quiet.close()
    assert addresses.problem_of("http://fine.example/") == "Nobody answers there."


def test_a_site_that_says_nothing_it_should_is_no_answer(world):
    """A machine that speaks no TLS, to begin with."""
    assert addresses.problem_of("https://fine.example/") == "Nobody answers there."
    assert {port for _number, port in world.spoken_to} == {443}


# --- The command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def pages(db):
    make_school(website="http://fine.example/404")
    make_source(url="http://fine.example/")
    Credential.objects.create(slug="card", name="Card", issuer="Board", kind="card", url="http://127.0.0.1/")


def run(*arguments):
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("check_addresses", *arguments, stdout=out)
    return out.getvalue(), str(error.value)


def test_the_command_asks_each_address_and_keeps_what_it_found(world, pages):
    AddressCheck.objects.create(url="http://gone.example/", checked_at="2025-01-01T00:00Z", problem="Gone.")
    version = ContentVersion.current()
    for _again in range(2):
        out, error = run()
    assert "http://fine.example/404: The page is not there any more." in out
    assert error == "2 findings in addresses: 3."
    assert dict(AddressCheck.objects.values_list("url", "problem")) == {
        "http://127.0.0.1/": "It leads into a private network, which visitors cannot reach.",
        "http://fine.example/": "",
        "http://fine.example/404": "The page is not there any more.",
    }
    assert ContentVersion.current() == version


def test_a_dry_run_keeps_nothing(world, pages):
    out, _error = run("--dry-run", "--json")
    assert {finding["where"] for finding in json.loads(out)} == {"http://127.0.0.1/", "http://fine.example/404"}
    assert not AddressCheck.objects.exists()


def test_what_did_not_answer_is_known(world, pages):
    run()
    assert set(addresses.known_problems()) == {"http://127.0.0.1/", "http://fine.example/404"}
