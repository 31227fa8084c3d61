"""The full-text index of each database over SearchEntry.words, which hold plain lower-case ASCII words.

SQLite rebuilds a table to alter it, and the triggers go with the old one: a later migration that alters SearchEntry has to
end with ``create`` again.
"""

from django.db import migrations

CREATE = {
    "sqlite": [
        # The words themselves stay in clusters_searchentry. Only "which rows hold the word" is asked, so neither places
        # nor sizes are kept.
        """
        CREATE VIRTUAL TABLE clusters_searchindex USING fts5(
            words, content='clusters_searchentry', content_rowid='id',
            tokenize='ascii', prefix='3', detail='none', columnsize=0
        )
        """,
        """
        CREATE TRIGGER clusters_searchentry_inserted AFTER INSERT ON clusters_searchentry BEGIN
            INSERT INTO clusters_searchindex (rowid, words) VALUES (new.id, new.words);
        END
        """,
        """
        CREATE TRIGGER clusters_searchentry_deleted AFTER DELETE ON clusters_searchentry BEGIN
            INSERT INTO clusters_searchindex (clusters_searchindex, rowid, words) VALUES ('delete', old.id, old.words);
        END
        """,
        """
        CREATE TRIGGER clusters_searchentry_updated AFTER UPDATE OF id, words ON clusters_searchentry BEGIN
            INSERT INTO clusters_searchindex (clusters_searchindex, rowid, words) VALUES ('delete', old.id, old.words);
            INSERT INTO clusters_searchindex (rowid, words) VALUES (new.id, new.words);
        END
        """,
        "INSERT INTO clusters_searchindex (clusters_searchindex) VALUES ('rebuild')",
    ],
    "postgresql": [
        # Without a list of pending changes, a search after a bulk load is as fast as any other.
        """
        CREATE INDEX clusters_searchentry_words ON clusters_searchentry
        USING gin (array_to_tsvector(string_to_array(words, ' '))) WITH (fastupdate = off)
        """,
    ],
}
DROP = {
    "sqlite": [
        "DROP TRIGGER clusters_searchentry_inserted",
        "DROP TRIGGER clusters_searchentry_deleted",
        "DROP TRIGGER clusters_searchentry_updated",
        "DROP TABLE clusters_searchindex",
    ],
    "postgresql": ["DROP INDEX clusters_searchentry_words"],
}


def create(apps, schema_editor):
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("clusters", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
