"""PostgreSQL tells whoever listens when the content version changed (careers/freshness/postgresql.py).

By a trigger, so that it is told at the commit of the change whoever made it: this code, the code of the version before it
while a district upgrades, or somebody at a database prompt. Without a payload, because equal messages of one transaction
are sent once. On SQLite nobody has to be told: ``PRAGMA data_version`` can be asked for next to nothing.
"""

from django.db import migrations

CREATE = [
    """
    CREATE FUNCTION clusters_tell_content_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('content_version', '');
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER clusters_contentversion_told
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON clusters_contentversion
    FOR EACH STATEMENT EXECUTE FUNCTION clusters_tell_content_version()
    """,
]
DROP = [
    "DROP TRIGGER clusters_contentversion_told ON clusters_contentversion",
    "DROP FUNCTION clusters_tell_content_version()",
]


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in CREATE:
            schema_editor.execute(statement)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in DROP:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("clusters", "0005_school_notes_and_reviews")]

    operations = [migrations.RunPython(create, drop)]
