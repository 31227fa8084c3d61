"""What all imports promise: nothing twice, nothing on trial, nothing from a file that is not as it should be."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.importers.releases import ONET, RELEASES, everything, write_onet

EACH_RELEASE = pytest.mark.parametrize("release", RELEASES, ids=str)
TABLES = [pytest.param(release, table, id=table.name) for release in RELEASES for table in release.tables]
EACH_TABLE = pytest.mark.parametrize(("release", "table"), TABLES)
# The wages are published as a workbook only: their release is named on its second sheet.
TEXT_TABLES = pytest.mark.parametrize(("release", "table"), [each for each in TABLES if each.values[0].name != "oews"])


def run(command, path, **options):
    output = StringIO()
    call_command(command, path, stdout=output, **options)
    return output.getvalue()


def counts(output):
    """The report's table, as {label: (created, updated, unchanged, kept, retired)}."""
    rows = {}
    for line in output.splitlines():
        label, *figures = line[:34].strip(), *line[34:].split()
        if label and len(figures) == 5 and all(figure.replace(",", "").isdigit() for figure in figures):
            rows[label] = tuple(int(figure.replace(",", "")) for figure in figures)
    return rows


def refused(release, path):
    """The message with which the import refuses the path; checks that nothing was written."""
    content = everything()
    with pytest.raises(CommandError) as refusal:
        run(release.command, path)
    assert refusal.value.returncode == 1
    assert everything() == content
    message = str(refusal.value)
    assert "Expected" in message
    assert message.endswith("Nothing was changed.")
    return message


def spoiled(release, table, folder):
    """A release with this table in place of its own."""
    return release.write(folder, *(table if each.name == table.name else each for each in release.tables))


@EACH_RELEASE
def test_the_second_run_finds_everything_unchanged(release, before, tmp_path):
    before(release.name)
    path = release.write(tmp_path)
    first = counts(run(release.command, path))
    assert any(created or updated for created, updated, *_ in first.values())
    content = everything()
    second = counts(run(release.command, path))
    assert second
    assert {(created, updated, kept, retired) for created, updated, _, kept, retired in second.values()} == {(0,) * 4}
    assert everything() == content


@EACH_RELEASE
def test_a_dry_run_reports_and_writes_nothing(release, before, tmp_path):
    before(release.name)
    path = release.write(tmp_path)
    content = everything()
    trial = run(release.command, path, dry_run=True)
    assert everything() == content
    assert "trial" in trial
    assert counts(trial) == counts(run(release.command, path))


@EACH_TABLE
def test_columns_in_another_order_are_the_same_table(release, table, before, tmp_path):
    before(release.name)
    run(release.command, release.write(tmp_path / "official"))
    content = everything()
    run(release.command, spoiled(release, table.reversed(), tmp_path / "reversed"))
    assert everything() == content


@pytest.mark.parametrize("table", ONET, ids=lambda table: table.name)
def test_xlsx_and_txt_are_the_same_table(table, framework, tmp_path):
    run("import_onet", write_onet(tmp_path / "text"))
    content = everything()
    _, path = in_kind(RELEASES[0], table, tmp_path / "mixed", ".xlsx")
    run("import_onet", path)
    assert everything() == content


@EACH_TABLE
def test_a_renamed_column_is_named_in_the_message(release, table, before, tmp_path):
    before(release.name)
    for header in table.needed:
        message = refused(release, spoiled(release, table.renamed(header), tmp_path / header.replace("/", " ")))
        assert table.name in message
        assert "line 1" in message
        assert header in message


def in_kind(release, table, folder, kind):
    """The release with this table as .xlsx, .txt or .csv: the file to spoil, and the path to import."""
    path = release.write(folder)
    if path.is_dir():
        (path / f"{table.name}.txt").unlink()
        return table.write(path, kind=kind), path
    file = table.write(folder, kind=kind)
    return file, file


@EACH_TABLE
def test_a_workbook_that_was_cut_off(release, table, before, tmp_path):
    before(release.name)
    file, path = in_kind(release, table, tmp_path, ".xlsx")
    file.write_bytes(file.read_bytes()[:-100])
    message = refused(release, path)
    assert f"{table.name}.xlsx: The workbook cannot be read" in message
    assert "a complete .xlsx file" in message


@TEXT_TABLES
def test_a_text_file_whose_last_line_is_cut_off(release, table, before, tmp_path):
    before(release.name)
    file, path = in_kind(release, table, tmp_path, table.text_kind)
    data = file.read_bytes().rstrip(b"\r\n")
    # The crosswalk of majors is published without a line end, and its last column is not read.
    for missing in (12,) if release.name == "major occupations" else (0, 1, 4, 12):
        file.write_bytes(data[: len(data) - missing])
        message = refused(release, path)
        assert f"{file.name}, line {len(table.rows) + 1}: " in message
        assert "cut off" in message


@TEXT_TABLES
def test_nul_bytes(release, table, before, tmp_path):
    before(release.name)
    file, path = in_kind(release, table, tmp_path, table.text_kind)
    lines = file.read_bytes().splitlines(keepends=True)
    lines[1] = b"\0" + lines[1][1:]
    file.write_bytes(b"".join(lines))
    assert f"{file.name}, line 2: There are NUL bytes." in refused(release, path)


@TEXT_TABLES
def test_another_encoding(release, table, before, tmp_path):
    before(release.name)
    file, path = in_kind(release, table, tmp_path, table.text_kind)
    lines = file.read_bytes().splitlines(keepends=True)
    lines[1] = "é".encode("latin-1") + lines[1][1:]
    file.write_bytes(b"".join(lines))
    assert f"{file.name}, line 2: The text is not UTF-8." in refused(release, path)


@EACH_TABLE
def test_a_table_without_rows(release, table, before, tmp_path):
    before(release.name)
    empty = table
    for _ in table.rows:
        empty = empty.without_row(0)
    message = refused(release, spoiled(release, empty, tmp_path))
    assert f"{table.name}" in message
    assert "no rows" in message


@EACH_RELEASE
def test_a_path_that_is_not_there(release, before, tmp_path):
    before(release.name)
    assert "nowhere" in refused(release, tmp_path / "nowhere v1.csv")


@pytest.mark.parametrize("release", RELEASES[1:], ids=str)
def test_a_folder_in_place_of_a_file(release, before, tmp_path):
    before(release.name)
    folder = tmp_path / "folder_v12.csv"
    folder.mkdir()
    assert "This is a folder." in refused(release, folder)


@pytest.mark.parametrize("release", RELEASES[1:], ids=str)
def test_the_file_of_another_command(release, before, tmp_path):
    before(release.name)
    for other in RELEASES[1:]:
        if other.command != release.command:
            # The name of a list of courses has its version.
            path = other.write(tmp_path)
            path = path.rename(path.with_stem("wrong_v12"))
            assert path.name in refused(release, path)


@pytest.mark.parametrize("release", [each for each in RELEASES[1:-1] if each.name != "majors"], ids=str)
def test_before_there_are_occupations(release, framework, tmp_path):
    assert "first" in refused(release, release.write(tmp_path))


def test_a_file_of_another_kind(framework, tmp_path):
    file = tmp_path / "sced_v12.pdf"
    file.write_text("%PDF")
    message = refused(RELEASES[-1], file)
    assert "sced_v12.pdf: Files of the kind “.pdf” are not read. Expected .xlsx, .txt or .csv" in message
