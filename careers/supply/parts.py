"""What a site is made of besides its own code: Python packages, what is compiled into them, and data; each with its licence."""

import json
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent.parent

# SPDX expressions for packages that do not say theirs in one (PEP 639); each was read in the package's own licence file.
LICENCES = {
    "asgiref": "BSD-3-Clause",
    "brotli": "MIT",
    "django-csp": "BSD-3-Clause",
    "django-environ": "MIT",
    "django-reversion": "BSD-3-Clause",
    "et-xmlfile": "MIT",
    "granian": "BSD-3-Clause",
    "openpyxl": "MIT",
    "pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1",
    "segno": "BSD-3-Clause",
    "snowballstemmer": "BSD-3-Clause",
    "sqlparse": "BSD-3-Clause",
    "textstat": "MIT",
    "tqdm": "MPL-2.0 AND MIT",
}
# Libraries in C that a wheel carries along, by the beginning of their file's name: project, and licence as it states it.
CARRIED_ALONG = {
    "libcom_err": ("libcom_err", "MIT"),
    "libcrypt-": ("libcrypt of glibc", "LGPL-2.1-or-later"),
    "libcrypto": ("OpenSSL", "Apache-2.0"),
    "libgssapi_krb5": ("MIT Kerberos", "MIT"),
    "libk5crypto": ("MIT Kerberos", "MIT"),
    "libkeyutils": ("keyutils", "LGPL-2.0-or-later"),
    "libkrb5": ("MIT Kerberos", "MIT"),
    "liblber": ("OpenLDAP", "OLDAP-2.8"),
    "libldap": ("OpenLDAP", "OLDAP-2.8"),
    "libpq": ("PostgreSQL", "PostgreSQL"),
    "libsasl2": ("Cyrus SASL", "BSD-Attribution-HPND-disclaimer"),
    "libssl": ("OpenSSL", "Apache-2.0"),
}
# Licences of data in SPDX's words, by those of fixtures/sources.json; what has none there stays in words.
DATA_LICENCES = {"Creative Commons Attribution 4.0 (CC BY 4.0)": "CC-BY-4.0", "MIT, as the project": "MIT"}


class UnknownLicence(Exception):
    """Something is shipped whose licence nobody has read yet; the message says where to write it down."""


@dataclass(frozen=True)
class Package:
    """A package of requirements.txt as it is installed here.

    ``needs`` are names of other packages, ``files`` the address and SHA-256 of each file the lock allows; ``carried_along`` are
    project and licence of C libraries in its wheel, ``compiled_in`` name, version and licence of each Rust crate.
    """

    name: str
    version: str
    licence: str
    summary: str
    needs: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    carried_along: tuple[tuple[str, str], ...]
    compiled_in: tuple[tuple[str, str, str], ...]


def packages() -> list[Package]:
    """What a site runs on, on this machine's kind of system, by name. Raises UnknownLicence."""
    listed = re.findall(r"^(\w[^\\\n]*)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    wanted = [requirement for line in listed if _is_wanted(requirement := Requirement(line))]
    return [_package(requirement.name) for requirement in wanted]


def _is_wanted(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate()


def _package(name: str) -> Package:
    installed, locked = metadata.distribution(name), _locked()[name]
    distributions = [*filter(None, [locked.get("sdist")]), *locked.get("wheels", [])]
    return Package(
        name=name,
        version=installed.version,
        licence=licence_of(name, installed.metadata.get("License-Expression")),
        summary=installed.metadata["Summary"],
        needs=tuple(needed["name"] for needed in locked.get("dependencies", [])),
        files=tuple((file["url"], file["hash"].removeprefix("sha256:")) for file in distributions),
        carried_along=_carried_along(installed),
        compiled_in=_compiled_in(installed),
    )


@lru_cache
def _locked() -> dict[str, dict]:
    return {package["name"]: package for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}


def licence_of(name: str, expression: str | None) -> str:
    """The SPDX expression of a package, from what it says or from LICENCES. Raises UnknownLicence."""
    if found := expression or LICENCES.get(name):
        return found
    raise UnknownLicence(f"{name}: read its licence file, and write its SPDX expression into LICENCES.")


def _carried_along(installed: metadata.Distribution) -> tuple[tuple[str, str], ...]:
    files = [file for file in installed.files or () if file.parts[0].endswith(".libs")]
    return tuple(sorted({library_of(file.name) for file in files}))


def library_of(file_name: str) -> tuple[str, str]:
    """Project and licence of a C library. Raises UnknownLicence."""
    for beginning, found in CARRIED_ALONG.items():
        if file_name.startswith(beginning):
            return found
    raise UnknownLicence(f"{file_name}: find out what it is, and write project and licence into CARRIED_ALONG.")


def _compiled_in(installed: metadata.Distribution) -> tuple[tuple[str, str, str], ...]:
    """What maturin, which builds wheels of Rust, writes into them (PEP 770)."""
    crates = set()
    for file in installed.files or ():
        if "sboms" in file.parts:
            for part in json.loads(file.read_text())["components"]:
                if part["purl"].startswith("pkg:cargo/"):
                    crates.add((part["name"], part["version"], _stated(part["licenses"])))
    return tuple(sorted(crates))


def _stated(licences: list[dict]) -> str:
    words = [entry.get("expression") or entry["license"]["id"] for entry in licences]
    return " AND ".join(words)


def data_sources() -> list[dict]:
    """The releases that the shipped data is from: the fields of fixtures/sources.json."""
    return [row["fields"] for row in json.loads((ROOT / "fixtures" / "sources.json").read_text())]


def own_version() -> str:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
