"""What is made from the content and kept in the memory of the process until the content changes.

Everything that is kept is shared by all threads, so nobody may change it. ``forget()`` is for tests: one that is undone gives
its version of the content to the next one, which has other content.
"""

from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Any, TypeVar

from django.db import router
from django.utils.translation import get_language

from clusters.models import ContentVersion
from schools.undone import is_undone

Made = TypeVar("Made")

_all: list[dict[tuple, tuple[int, Any]]] = []


def kept_until_change(make: Callable[..., Made]) -> Callable[..., Made]:
    """The function, called once for its arguments, the language and a version of the content: one small query where nothing has
    changed. Whatever is asked for stays, so the arguments must be among a few.

    The version is asked before anything is read, so that a change in between makes what is kept too new for its version, never
    too old. Within a preview (``schools.undone``) it is called each time and nothing is kept: the next edit gets the version
    that is taken back.
    """
    kept: dict[tuple[Hashable, ...], tuple[int, Made]] = {}
    making = Lock()
    _all.append(kept)

    @wraps(make)
    def current(*key: Hashable) -> Made:
        if is_undone():
            return make(*key)
        version = ContentVersion.current()
        # What was read from a copy of the database is for pages that are read from it.
        place = (router.db_for_read(ContentVersion), get_language(), *key)
        entry = kept.get(place)
        if entry is None or entry[0] != version:
            # After a change all threads want it at the same moment; each making its own would take all of them longer.
            with making:
                entry = kept.get(place)
                if entry is None or entry[0] != version:
                    entry = kept[place] = version, make(*key)
        return entry[1]

    return current


def forget() -> None:
    for kept in _all:
        kept.clear()
