"""While a site is upgraded, the code of the release before goes on working on the new tables."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

# Where the database was with the release before this one. A release moves it on; what was held for its sake may go then.
RELEASED_BEFORE = [
    ("assessments", "0001_initial"),
    ("clusters", "0004_words_for_occupations"),
    ("schools", "0002_school"),
]


def tables(other):
    """For each table: its columns, with whether an INSERT may leave them out; and its constraints on what is written."""
    described = {}
    with other.cursor() as cursor:
        for name in other.introspection.table_names(cursor):
            columns = {
                column.name: column.null_ok or column.default is not None
                for column in other.introspection.get_table_description(cursor, name)
            }
            constraints = other.introspection.get_constraints(cursor, name)
            described[name] = columns, {key for key, found in constraints.items() if found["unique"] or found["check"]}
    return described


def obstacles(before, after):
    """What code that knows the tables ``before`` runs into when they are as ``after``."""
    for table, (columns, constraints) in before.items():
        if table not in after:
            yield f"{table} is gone"
            continue
        new_columns, new_constraints = after[table]
        yield from (f"{table}.{column} is gone" for column in columns if column not in new_columns)
        for column, may_be_left_out in new_columns.items():
            if not may_be_left_out and columns.get(column, True):
                yield f"{table}.{column} has to be given: let it be NULL, or give it a db_default"
        yield from (f"{table} refuses more: {name}" for name in sorted(new_constraints - constraints))


def test_old_code_can_write_into_the_new_tables(elsewhere):
    with elsewhere() as other:
        executor = MigrationExecutor(other)
        executor.migrate(RELEASED_BEFORE)
        before = tables(other)
        executor.loader.build_graph()
        executor.migrate(executor.loader.graph.leaf_nodes())
        after = tables(other)
    assert len(before) > 25
    assert len(after) > len(before)
    assert list(obstacles(before, after)) == []


BEFORE = {"school": ({"id": False, "name": False, "motto": True}, {"one_name"})}


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (BEFORE, []),
        (BEFORE | {"new": ({"id": False}, {"one"})}, []),
        ({"school": ({**BEFORE["school"][0], "late": True}, {"one_name"})}, []),
        ({}, ["school is gone"]),
        ({"school": ({"id": False, "name": False}, {"one_name"})}, ["school.motto is gone"]),
        (
            {"school": ({**BEFORE["school"][0], "late": False}, {"one_name"})},
            ["school.late has to be given: let it be NULL, or give it a db_default"],
        ),
        (
            {"school": ({**BEFORE["school"][0], "motto": False}, {"one_name"})},
            ["school.motto has to be given: let it be NULL, or give it a db_default"],
        ),
        ({"school": (BEFORE["school"][0], {"one_name", "short"})}, ["school refuses more: short"]),
    ],
)
def test_each_obstacle_is_seen(after, found):
    assert list(obstacles(BEFORE, after)) == found


@pytest.mark.parametrize("default", ["", "DEFAULT 0"])
def test_a_column_without_a_default_is_seen_in_the_database(transactional_db, default):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE late (number integer NOT NULL {default})")
    try:
        assert tables(connection)["late"][0] == {"number": bool(default)}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE late")
