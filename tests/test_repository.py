"""The repository keeps its own rules."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from tests.conftest import manage

ROOT = Path(__file__).resolve().parent.parent
APPS = ["schools", "clusters", "assessments"]  # An app may import those before it.
LAYERS = [
    {
        "choices",
        "charts",
        "copy_style",
        "findings",
        "scoring",
        "matching",
        "evaluation",
        "codes",
        "reliability",
        "spreadsheets",
        "passwords",
        "qr",
    },
    {"querysets"},
    {"models", "translation"},
    {"undone", "kept", "compiled"},
    {"access", "audit", "wholes", "history", "throttle", "second_factor", "carried", "backends"}
    | {"importers", "search", "signals", "services", "instruments", "items", "recommend"}
    | {"completeness", "program_checks", "adoption", "open_data", "texts", "structured_data", "addresses", "to_do"}
    | {"course_grid", "atlas"},
    {"forms", "admin", "landing"},
    {"views", "urls", "management", "sitemaps", "apps", "session", "result_page", "middleware", "sign_in"},
]
LAYER_OF = {module: number for number, modules in enumerate(LAYERS) for module in modules}


def _modules():
    for app in APPS:
        for file in sorted((ROOT / app).rglob("*.py")):
            parts = file.relative_to(ROOT / app).with_suffix("").parts
            if parts[0] not in ("migrations", "__init__"):
                yield file, app, parts[0]


def _imports(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


@pytest.mark.parametrize(("file", "app", "module"), list(_modules()), ids=lambda value: getattr(value, "name", value))
def test_imports_only_point_down(file, app, module):
    assert module in LAYER_OF, f"{module} belongs to no layer"
    for name in _imports(file):
        package, _, rest = name.partition(".")
        assert package != "careers", "nobody imports the project package"
        if package == app:
            other = rest.split(".")[0]
            assert LAYER_OF.get(other, 0) <= LAYER_OF[module], f"{file.name} imports {name}, which is above it"
        elif package in APPS:
            assert APPS.index(package) < APPS.index(app), f"{app} must not import {package}"


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_setting_of_the_environment_is_in_the_example():
    code = (ROOT / "careers" / "settings.py").read_text()
    used = set(re.findall(r'env\.\w+\(\s*"(\w+)"', code))
    example = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used == example


# Who may see the rows of a model; a model nobody classified fails the test below.
DATA_CLASSES = {
    "public": {
        "alternatetitle", "cluster", "course", "datasource", "framework", "major", "majoroccupation", "occupation",
        "occupationskill", "occupationtechnology", "pathway", "pathwayoccupation", "relatedoccupation", "skill", "technology",
        "searchentry", "contentversion", "school", "catalogcourse", "credential", "program", "courseslot", "programoccupation",
        "programcredential", "workbasedlearning", "programmajor", "schoolnote",
    },
    "staff": {"user", "membership", "auditentry", "signinthrottle", "addresscheck"},
    "public instruments": {"assessment", "item"},
    "student": {"result"},
}  # fmt: skip


def test_every_model_has_a_data_class():
    models = {model._meta.model_name for app in APPS for model in apps.get_app_config(app).get_models()}
    assert models == set().union(*DATA_CLASSES.values())


def test_exports_for_pip_agree_with_the_lock():
    locked = {
        package["name"]: package["version"] for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    }
    for name in ("requirements.txt", "requirements-dev.txt"):
        exported = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / name).read_text(), re.MULTILINE))
        assert exported
        assert {package: locked.get(package) for package in exported} == exported


def test_every_dependency_carries_its_reason():
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    listed = [number for number, line in enumerate(lines) if re.match(r'    "[\w.\[\]-]+[<>=]', line)]
    assert len(listed) > 15
    assert [lines[number] for number in listed if not lines[number - 1].startswith("    #")] == []


def test_files_of_the_repository_name_no_machine():
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in filter(None, files):
        file = ROOT / name
        if file.suffix in (".gz", ".lock") or not file.exists():
            continue
        assert not re.search(r"/(wor)k/|/(ro)ot/|/(ho)me/\w", file.read_text()), name


def test_templates_are_free_of_inline_style_and_script():
    for file in (ROOT / "templates").rglob("*.html"):
        assert not re.search(r'\sstyle="|<script(?! src)|\son\w+="|\|safe\b', file.read_text()), file.name


def test_style_sheets_stay_small():
    import brotli

    sheets = b"".join(file.read_bytes() for file in (ROOT / "static" / "css").glob("*.css") if file.name != "admin.css")
    assert len(brotli.compress(sheets)) <= 12 * 1024


def test_a_site_that_was_begun_is_fit_to_be_served(tmp_path, monkeypatch):
    from careers import env

    monkeypatch.setattr(env, "ENV_FILE", tmp_path / ".env")
    env.begin_site(["--host=careers.district.example", "--editor=ada"])
    written = dict(re.findall(r"^([A-Z_]+)=(.*)$", (tmp_path / ".env").read_text(), re.MULTILINE))
    manage("check", "--deploy", "--fail-level=WARNING", **written)


def test_static_files_are_collected_with_their_digests(collected):
    sheets = list((collected / "static" / "css").glob("tokens.*.css.br"))
    assert len(sheets) == 1


def test_first_env_has_a_key_of_its_own(tmp_path, monkeypatch):
    from careers import env

    monkeypatch.setattr(env, "ENV_FILE", tmp_path / ".env")
    env.write_first_env()
    text = (tmp_path / ".env").read_text()
    assert len(re.search(r"^SECRET_KEY=(\S+)$", text, re.MULTILINE)[1]) > 50
    assert env.write_first_env() == ".env exists and was left as it is."
    assert (tmp_path / ".env").read_text() == text
