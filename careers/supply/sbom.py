"""``python -m careers.supply.sbom`` prints a bill of materials (CycloneDX 1.6, JSON): packages, what is in them, data."""

import sys

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from careers.supply.parts import DATA_LICENCES, Package, data_sources, own_version, packages

licences = LicenseFactory()


def bill() -> Bom:
    """Everything that is shipped or installed with this version of the site."""
    bom = Bom()
    bom.metadata.component = site = _component("careers", own_version(), "MIT", type=ComponentType.APPLICATION)
    found = packages()
    components = {package.name: _of_package(package) for package in found}
    data = [_of_data(source) for source in data_sources()]
    bom.components.update(components.values(), data)
    bom.register_dependency(site, [*components.values(), *data])
    for package in found:
        needed = [components[name] for name in package.needs if name in components]
        bom.register_dependency(components[package.name], needed)
    return bom


def _component(name: str, version: str | None, licence: str, **fields) -> Component:
    return Component(
        name=name,
        version=version,
        licenses=[licences.make_from_string(licence)],
        **{"bom_ref": f"{name}@{version}"} | fields,
    )


def _of_package(package: Package) -> Component:
    within = f"{package.name}@{package.version}/"
    inside = [
        _component(name, None, licence, type=ComponentType.LIBRARY, bom_ref=within + name)
        for name, licence in package.carried_along
    ]
    inside += [
        _component(
            name, version, licence, type=ComponentType.LIBRARY, bom_ref=f"{within}{name}@{version}",
            purl=PackageURL("cargo", None, name, version),
        )
        for name, version, licence in package.compiled_in
    ]  # fmt: skip
    return _component(
        package.name,
        package.version,
        package.licence,
        type=ComponentType.LIBRARY,
        description=package.summary,
        purl=PackageURL("pypi", None, package.name, package.version),
        components=inside,
        external_references=[
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION,
                url=XsUri(url),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
            )
            for url, digest in package.files
        ],
    )


def _of_data(source: dict) -> Component:
    return _component(
        source["slug"],
        source["release"],
        DATA_LICENCES.get(source["licence"], source["licence"]),
        type=ComponentType.DATA,
        description=f"{source['title']}: {source['used_for']}",
        supplier=OrganizationalEntity(name=source["publisher"], urls=[XsUri(source["url"])] if "url" in source else []),
        copyright=source.get("credit"),
    )


def text() -> str:
    return JsonV1Dot6(bill()).output_as_string(indent=1)


if __name__ == "__main__":
    sys.stdout.write(text() + "\n")
