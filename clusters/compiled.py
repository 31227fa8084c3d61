"""Querysets that Django puts into SQL once.

Many small questions make up a page. The database answers each in a tenth of a millisecond; building its queryset and putting it
into SQL takes Django ten times as long, and comes out the same each time (docs/adr/0019-atlas.md).
"""

from collections.abc import Callable, Sequence
from functools import cache, wraps
from inspect import signature
from typing import Any, NamedTuple

from django.db import connections, router
from django.db.models import QuerySet
from django.utils.translation import get_language
from modeltranslation.utils import build_localized_fieldname, resolution_order

# Stand for the arguments while the SQL is made: no primary key is a number like these.
_MARKS = tuple(range(-(2**40), -(2**40) + 4))


class _Statement(NamedTuple):
    sql: str
    params: Sequence[Any]
    columns: Sequence[str]
    converters: dict
    compiler: Any
    translations: dict[str, Sequence[str]]


def compiled(build: Callable[..., QuerySet]) -> Callable[..., list[dict[str, Any]]]:
    """A function that answers with the rows of the queryset, which ``build`` makes of primary keys and ends in ``values()``.

    ``build`` is called with marks in place of the keys, once for each database and language: nothing in it may depend on them
    but what is filtered.
    """
    marks = _MARKS[: len(signature(build).parameters)]

    @cache
    def statement(alias: str, language: str | None) -> _Statement:
        rows = build(*marks)
        compiler = rows.query.get_compiler(alias)
        sql, params = compiler.as_sql()
        columns = list(rows.query.selected)
        converters = compiler.get_converters([selected[0] for selected in compiler.select])
        translations = {
            name: [build_localized_fieldname(name, each) for each in resolution_order(language)]
            for name in getattr(rows, "translation_fields", ())
        }
        return _Statement(sql, params, columns, converters, compiler, translations)

    @wraps(build)
    def ask(*keys: int) -> list[dict[str, Any]]:
        # All of them are in one database, whatever the model.
        alias = router.db_for_read(None)
        found = statement(alias, get_language())
        given = dict(zip(marks, keys, strict=True))
        with connections[alias].cursor() as cursor:
            cursor.execute(found.sql, [given.get(value, value) for value in found.params])
            rows = cursor.fetchall()
        if found.converters:
            rows = found.compiler.apply_converters(rows, found.converters)
        answer = [dict(zip(found.columns, row, strict=True)) for row in rows]
        for name, columns in found.translations.items():
            for row in answer:
                row[name] = next(filter(None, [row.pop(column) for column in columns]), "")
        return answer

    return ask
