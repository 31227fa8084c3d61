from schools.admin.history import HistoryMixin
from schools.admin.merging import MergingMixin
from schools.admin.scoped import ScopedAdmin


class RecordedAdmin(MergingMixin, HistoryMixin, ScopedAdmin):
    """A form of which every version is kept, and that two people can have open at once."""
