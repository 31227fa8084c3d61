"""The lines of the table of a school's programs, each read into the program that it names, or into a new one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify
from django.utils.translation import gettext as _

from clusters.importers.cells import text_given
from clusters.importers.programs_cells import TEXTS, Line, program_cells, read_grade
from clusters.importers.uploads import Problem, Row
from clusters.models import Pathway, Program
from schools.models import School


@dataclass
class ProgramLines:
    """What becomes of a school's programs."""

    new: list[Program] = field(default_factory=list)
    changed: list[Program] = field(default_factory=list)
    # The school's programs that are in the file.
    named: set[Program] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    by_address: dict[str, Program] = field(default_factory=dict)
    by_title: dict[str, list[Program]] = field(default_factory=lambda: defaultdict(list))

    def find(self, reference: str) -> list[Program]:
        """The program with this address or, where there is none, the programs with this title."""
        if program := self.by_address.get(reference):
            return [program]
        return self.by_title.get(reference.casefold(), [])


def read_programs(school: School, rows: Iterable[Row], known: Iterable[Program], *, table: str) -> ProgramLines:
    """Read the lines into the school's programs, which are changed in memory only: with problems, they are worth nothing."""
    return _Reader(school, list(known), table).read(rows)


class _Reader:
    def __init__(self, school: School, known: list[Program], table: str):
        self.school, self.table = school, table
        self.known = {program.slug: program for program in known}
        self.titles = {program.title.casefold(): program for program in reversed(known)}
        self.addresses = set(Program.objects.filter(slug__startswith=school.slug).values_list("slug", flat=True))
        self.lines: dict[str, int] = {}
        self.done = ProgramLines(by_address=dict(self.known))

    def read(self, rows: Iterable[Row]) -> ProgramLines:
        for row in rows:
            program, problem = self._program_of(row)
            problems = self._read_into(program, row) if program else [problem]
            self.done.problems += [Problem(message, row.line, self.table) for message in problems]
        for program in [*self.known.values(), *self.done.new]:
            self.done.by_title[program.title.casefold()].append(program)
        return self.done

    def _program_of(self, row: Row) -> tuple[Program | None, str]:
        """The program that the line is about; without one, what is wrong with the line."""
        address, title = row.values["address"], row.values["title"]
        key = address or title.casefold()
        if key in self.lines:
            message = _("This program is in line %(line)s already. Keep one of the two.")
            return None, message % {"line": self.lines[key]}
        self.lines[key] = row.line
        if address in self.known:
            return self.known[address], ""
        if address:
            return None, _("address: No program of this school has this address. Leave it empty for a new program.")
        if namesake := self.titles.get(key):
            message = _(
                "address: The school has a program of this title already. Write its address here, %(address)s, or give "
                "the new program another title."
            )
            return None, message % {"address": namesake.slug}
        return Program(school=self.school, title_en=title), ""

    def _read_into(self, program: Program, row: Row) -> list[str]:
        is_new = program.pk is None
        line = Line(row, {} if is_new else program_cells(program), program)
        line.check_school(self.school)
        line.read("pathway", "pathway_id", self._pathway if is_new else _fixed_pathway)
        if not is_new or line.says("last_grade_to_join"):
            line.read("last_grade_to_join", "last_entry", read_grade)
        for column, name in TEXTS.items():
            line.read_text(column, name, _CHECKS.get(column, str))
        if is_new:
            program.slug = self._free_address(program.title)
            self.done.new.append(program)
        else:
            self.done.named.add(program)
            self.done.changed += [program] * line.changed
        return line.problems

    def _pathway(self, number: str) -> int:
        found = self._pathways[number]
        if len(found) != 1:
            raise ValueError(_("There is no pathway “%(number)s”. Write its number, such as 8.1.") % {"number": number})
        return found[0]

    @cached_property
    def _pathways(self) -> dict[str, list[int]]:
        """The pathways with each number; two frameworks may share one."""
        pathways = defaultdict(list)
        for number, pk in Pathway.objects.current().filter(cluster__retired_on=None).values_list("number", "pk"):
            pathways[number].append(pk)
        return pathways

    def _free_address(self, title: str) -> str:
        wanted = slugify(f"{self.school.slug}-{title}")[:110].strip("-")
        numbered = (f"{wanted}-{number}" for number in count(2))
        address = next(free for free in chain([wanted], numbered) if free not in self.addresses)
        self.addresses.add(address)
        return address


def _fixed_pathway(text: str) -> int:
    raise ValueError(_("A program that is there stays on its pathway. Change that in the program's own form."))


def _email(text: str) -> str:
    try:
        if text:
            validate_email(text)
    except ValidationError as error:
        raise ValueError(_("“%(text)s” is not an email address.") % {"text": text}) from error
    return text


_CHECKS = {"title": text_given, "contact_email": _email}
