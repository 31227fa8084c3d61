"""What is shipped or installed is listed, with its licence; something new that nobody looked at fails."""

import json
import tomllib
from importlib import metadata

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.licenses import canonicalize_license_expression

from careers.supply import licences, parts, sbom
from tests.test_repository import ROOT


def test_the_list_of_licences_is_up_to_date():
    assert licences.FILE.read_text() == licences.text(), "run: make licences"


def test_every_package_a_site_needs_is_listed_under_a_licence_that_spdx_knows():
    packages = {package.name: package for package in parts.packages()}
    for name in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]:
        assert parts.Requirement(name).name in packages
    assert "pytest" not in packages
    for package in packages.values():
        assert package.version == metadata.version(package.name)
        assert package.files, package.name
        stated = [package.licence, *(row[-1] for row in package.carried_along + package.compiled_in)]
        for licence in stated:
            canonicalize_license_expression(licence)


def test_a_licence_that_the_package_states_by_now_is_not_kept_here():
    stated = {package.name: metadata.metadata(package.name).get("License-Expression") for package in parts.packages()}
    assert {name for name, expression in stated.items() if not expression} == set(parts.LICENCES)


def test_what_nobody_looked_at_is_refused():
    with pytest.raises(parts.UnknownLicence, match="new-package: read its licence file"):
        parts.licence_of("new-package", None)
    with pytest.raises(parts.UnknownLicence, match="libnew"):
        parts.library_of("libnew-123.so.1")


@pytest.fixture(scope="module")
def bill():
    return sbom.text()


def test_the_bill_of_materials_is_valid(bill):
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(bill) is None
    assert validator.validate_str(bill.replace('"type": "library"', '"type": "cake"')) is not None


def test_the_bill_of_materials_has_everything(bill):
    read = json.loads(bill)
    components = {component["name"]: component for component in read["components"]}
    packages = {package.name for package in parts.packages()}
    assert components.keys() == packages | {source["slug"] for source in parts.data_sources()}
    assert all(component["licenses"] for component in components.values())
    django = components["django"]
    assert django["purl"] == f"pkg:pypi/django@{metadata.version('django')}"
    assert {digest["alg"] for file in django["externalReferences"] for digest in file["hashes"]} == {"SHA-256"}
    assert "OpenSSL" in {inside["name"] for inside in components["psycopg-binary"]["components"]}
    assert len(components["granian"]["components"]) > 50
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in read["dependencies"]}
    assert any(reference.startswith("asgiref@") for reference in needs[django["bom-ref"]])


def test_every_file_pip_installs_has_a_digest():
    for name in ("requirements.txt", "requirements-dev.txt"):
        entries = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
        pinned = [line for line in entries if line and not line.lstrip().startswith("#")]
        assert len(pinned) > 20
        assert [line[:60] for line in pinned if "==" not in line or "--hash=sha256:" not in line] == []
