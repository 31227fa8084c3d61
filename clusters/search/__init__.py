"""Search: ``words`` is the language, ``index`` what is kept for it, ``finding`` and ``ranking`` the answer to a query."""

from clusters.search.finding import Found, Results, search
from clusters.search.index import rebuild, reindex, remove

__all__ = ["Found", "Results", "rebuild", "reindex", "remove", "search"]
