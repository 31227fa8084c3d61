"""Asks the addresses that stand on the pages whether anybody still answers there.

Staff type these addresses, and this machine may reach more than the public does: the database, other machines of the school,
the services of its host. So a name is asked only where every one of its addresses is public, the connection goes to the very
address that was looked at, and each redirect is looked at anew.
"""

import http.client
import socket
import ssl
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urljoin, urlsplit

from django.utils.encoding import iri_to_uri
from django.utils.timezone import now

from clusters.models import AddressCheck, Credential, DataSource
from schools.models import School

USER_AGENT = "careers-address-check/1 (asks whether the links on a school district's career pages still work)"
PORTS = {"http": 80, "https": 443}
# Seconds for one answer, from the connection to the end of its headers.
PATIENCE = 10
MOST_REDIRECTS = 5
# Somebody answers there, who only will not talk to a program or to a stranger.
REFUSALS = {
    HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.TOO_MANY_REQUESTS,
}  # fmt: skip
# Of version 6 only what is given to the public; no old way to write an address of version 4 as one of version 6 is in it
# except 6to4.
_PUBLIC_SIX = ip_network("2000::/3")


class Refused(Exception):
    """An address that is not asked, with the reason in words."""


@dataclass(frozen=True)
class Target:
    """An address that may be asked: its parts, and the numbers that its name stood for when it was looked at."""

    parts: SplitResult
    numbers: list[str]

    @property
    def path(self) -> str:
        return iri_to_uri(self.parts._replace(scheme="", netloc="", fragment="").geturl()) or "/"


def on_the_pages() -> list[str]:
    """Each address once that a public page shows: of schools, credentials and releases of data."""
    addresses = set(School.objects.values_list("website", flat=True))
    addresses.update(Credential.objects.current().values_list("url", flat=True))
    addresses.update(DataSource.objects.values_list("url", flat=True))
    return sorted(addresses - {""})


def problem_of(url: str) -> str:
    """Ask an address, and follow where it sends us. Returns what is wrong in words; empty where somebody answers."""
    try:
        for _hop in range(MOST_REDIRECTS + 1):
            status, location = _ask(look_at(url))
            if not (300 <= status < 400 and location):
                return _in_words(status)
            url = urljoin(url, location)
    except Refused as refused:
        return str(refused)
    except TimeoutError:
        return f"Nobody answered within {PATIENCE} seconds."
    except ssl.SSLCertVerificationError:
        return "Its certificate is not valid: browsers warn of the page."
    except (OSError, http.client.HTTPException, ValueError):
        return "Nobody answers there."
    return f"It sends visitors on more than {MOST_REDIRECTS} times."


def look_at(url: str) -> Target:
    """What may be asked at an address. Raises ``Refused`` where it is none, or not public."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
        name = (parts.hostname or "").encode("idna").decode()
    except ValueError as error:
        raise Refused("This is no complete address.") from error
    if parts.scheme not in PORTS or not name:
        raise Refused("This is no complete address: it begins with https:// and the name of a site.")
    if parts.username is not None or parts.password is not None:
        raise Refused("A sign-in name or password stands in the address.")
    if port != PORTS[parts.scheme]:
        raise Refused("It asks for an unusual port.")
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused("There is no site of this name.") from error
    numbers = list(dict.fromkeys(entry[4][0] for entry in found))
    if not numbers or not all(map(is_public, numbers)):
        raise Refused("It leads into a private network, which visitors cannot reach.")
    return Target(parts._replace(netloc=name), numbers)


def is_public(number: str) -> bool:
    """Whether an address in numbers belongs to the public internet, and to one machine there."""
    address = ip_address(number)
    if address.version == 6 and (address not in _PUBLIC_SIX or address.sixtofour):
        return False
    return address.is_global and not address.is_multicast


def store(problems: dict[str, str]) -> None:
    """Keep what was found now for each address, and forget addresses that stand on no page any more."""
    checks = [AddressCheck(url=url, problem=problem, checked_at=now()) for url, problem in problems.items()]
    AddressCheck.objects.bulk_create(
        checks, update_conflicts=True, unique_fields=["url"], update_fields=["problem", "checked_at"]
    )
    AddressCheck.objects.exclude(url__in=on_the_pages()).delete()


def known_problems() -> dict[str, str]:
    """For each address that did not answer when it was asked last: what was wrong."""
    return dict(AddressCheck.objects.exclude(problem="").values_list("url", "problem"))


def _ask(target: Target) -> tuple[int, str]:
    """Status and Location of the answer; the page itself is asked for where the site does not like to tell of it only."""
    try:
        status, location = _request("HEAD", target)
    except (http.client.HTTPException, ConnectionError):
        return _request("GET", target)
    return _request("GET", target) if status >= HTTPStatus.BAD_REQUEST else (status, location)


def _request(method: str, target: Target) -> tuple[int, str]:
    with closing(_Connection(target)) as connection:
        connection.request(method, target.path, headers={"User-Agent": USER_AGENT, "Accept": "*/*"})
        # What the page says is not read.
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Location", "")


class _Connection(http.client.HTTPConnection):
    """Goes to the numbers that were looked at, whatever the name stands for a moment later."""

    def __init__(self, target: Target):
        port = PORTS[target.parts.scheme]
        super().__init__(target.parts.netloc, port, timeout=PATIENCE)
        self.default_port = port
        self.target = target
        # A site that sends a byte now and then would keep us for hours: each byte of them is in time.
        self.alarm = threading.Timer(PATIENCE, self.hang_up)

    def connect(self):
        self.sock = self._reach()
        self.alarm.start()
        if self.target.parts.scheme == "https":
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def _reach(self) -> socket.socket:
        failure: OSError = ConnectionError()
        for number in self.target.numbers:
            try:
                return socket.create_connection((number, self.port), self.timeout)
            except OSError as error:
                failure = error
        raise failure

    def hang_up(self):
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.alarm.cancel()
        super().close()


def _in_words(status: int) -> str:
    if status < HTTPStatus.BAD_REQUEST or status in REFUSALS:
        return ""
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return "The page is not there any more."
    return f"The site answers with an error (status {status})."
