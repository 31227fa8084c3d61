"""The form of the course grid: a card for each course, and what its buttons do to them. Nothing here saves."""

import re
from decimal import Decimal
from functools import cached_property

from django.core.exceptions import SuspiciousOperation
from django.utils.translation import gettext as _

from clusters.admin.course_form import CourseForm
from clusters.choices import CourseKind, CourseStage, Grade
from clusters.completeness import elements
from clusters.course_grid import Picture, by_year, picture, texts_of
from clusters.models import CatalogCourse, Course, CourseSlot, Program

# More fields than those of so many courses, and Django refuses the form.
MOST_COURSES = 90
# A course that is there has its number for a name, a new one "new" and a number.
TOKEN = re.compile(r"[1-9][0-9]{0,18}|new[1-9][0-9]?")
SCED_CODE = re.compile(r"[0-9]{5}", re.ASCII)


class CourseCard:
    """One course on the page, saved or not, with what was typed for it. ``grid`` knows the program and its choices."""

    def __init__(self, token, texts, *, grid, slot=None, dropped=False, opened=False):
        self.token = token
        self.texts = texts
        self.grid = grid
        self.slot = slot
        self.can_be_dropped = slot is None or slot.shipped is None
        self.dropped = dropped and self.can_be_dropped
        self.opened = opened and not self.dropped
        # Which of its buttons or fields has the focus when the page opens, and whether its errors are shown.
        self.focus = ""
        self.checked = False

    # --- As it stands on the page -------------------------------------------------------------------------------------

    @property
    def saved_texts(self) -> dict[str, str]:
        return self.grid.saved_texts.get(self.token, {})

    @property
    def grade(self) -> Grade:
        text = self.texts["grade"]
        return next((grade for grade in Grade if str(grade.value) == text), Grade.NINTH)

    @property
    def kind(self) -> CourseKind:
        text = self.texts["kind"]
        return CourseKind(text) if text in CourseKind.values else CourseKind.ACADEMIC

    @property
    def stage(self) -> str:
        text = self.texts["stage"]
        return CourseStage(int(text)).label if text in map(str, CourseStage.values) else ""

    @property
    def chosen(self) -> CatalogCourse | None:
        return self.grid.catalog.get(self.texts["catalog_course"])

    @property
    def title(self) -> str:
        typed = self.texts["title_en"].strip()
        course = self.grid.courses.get(self.texts["course"])
        return self.chosen.title if self.chosen else typed or (course.title if course else _("New course"))

    @property
    def credits(self) -> str:
        return f"{self.chosen.credits.normalize():f}" if self.chosen else self.texts["credits"]

    @property
    def is_blank(self) -> bool:
        """A new card for which nothing was chosen or typed: nobody wants it saved."""
        named = ("catalog_course", "title_en", "title_es", "course")
        return self.slot is None and not any(self.texts[name].strip() for name in named)

    @property
    def previous_grade(self) -> Grade | None:
        return Grade(self.grade - 1) if self.grade > min(Grade) else None

    @property
    def next_grade(self) -> Grade | None:
        return Grade(self.grade + 1) if self.grade < max(Grade) else None

    def carried(self) -> list[tuple[str, str]]:
        """The fields of a closed card as hidden ones, each a name and a text."""
        texts = {} if self.opened else self.texts
        flags = {"dropped": self.dropped, "open": self.opened}
        texts = texts | {name: "on" for name, is_on in flags.items() if is_on}
        return [(f"{self.token}-{name}", text) for name, text in texts.items() if text]

    # --- As it will be saved ------------------------------------------------------------------------------------------

    @cached_property
    def form(self) -> CourseForm:
        grid = self.grid
        return CourseForm(
            {f"{self.token}-{name}": text for name, text in self.texts.items()},
            prefix=self.token,
            catalog=grid.catalog,
            courses=grid.courses,
            choices=grid.catalog_choices(self.grade) if grid.program.school_id else None,
            fixed_code=None if self.can_be_dropped else self.saved_texts["course"],
        )

    @property
    def is_untouched(self) -> bool:
        return self.texts == self.saved_texts

    @property
    def is_valid(self) -> bool:
        return self.is_untouched or self.form.is_valid()

    @cached_property
    def draft(self) -> CourseSlot:
        """The course with what is on the card. Needs a valid one."""
        if self.is_untouched:
            return self.slot
        # A new course has no place among the others yet.
        slot = self.slot or CourseSlot(program=self.grid.program, position=0)
        # As the database gives it back: 1.00 and not 1.
        credits = self.form.cleaned_data["credits"].quantize(Decimal("0.01"))
        for name, value in (self.form.cleaned_data | {"credits": credits}).items():
            # A release may write "nothing" as null or as empty text: what stays empty was not edited.
            if value or getattr(slot, name):
                setattr(slot, name, value)
        return slot


class CourseGrid:
    """All cards of a program in their order, and what it offers to choose from. ``program`` comes from ``with_parts()``."""

    def __init__(self, program: Program):
        self.program = program
        slots = list(program.course_slots.all())
        own = CatalogCourse.objects.filter(school=program.school_id).select_related("course").order_by("number")
        self.catalog = {str(course.pk): course for course in own}
        known = [course.course for course in self.catalog.values()] + [slot.course for slot in slots]
        self.courses = {course.code: course for course in known if course}
        self.now: Picture = picture(slots)
        self.saved = {str(slot.pk): slot for slot in slots}
        self.saved_texts = {token: texts_of(slot) for token, slot in self.saved.items()}
        self._saved_order = [str(slot.pk) for _grade, kinds in by_year(slots) for _kind, here in kinds for slot in here]
        self.cards = [
            CourseCard(token, dict(self.saved_texts[token]), grid=self, slot=slot) for token, slot in self.saved.items()
        ]
        # Whether the page was sent a course that is not the program's.
        self.has_foreign = False

    def read(self, sent, opened: Picture) -> None:
        """Take the cards from what a browser sent. Courses that others added since then stand among them, too.

        Raises SuspiciousOperation for names that no page of ours has.
        """
        order = [token for token in sent.get("order", "").split(",") if token]
        if len(order) > MOST_COURSES or len(set(order)) < len(order) or not all(map(TOKEN.fullmatch, order)):
            raise SuspiciousOperation("Names of courses that no page has")
        typed = {token: {name: sent.get(f"{token}-{name}", "") for name in CourseForm.base_fields} for token in order}
        self._look_up(texts["course"] for texts in typed.values())
        added_by_others = [card for card in self.cards if card.token not in order]
        self.cards, taken = [], [*order]
        for token in order:
            slot, name = self.saved.get(token), token
            dropped_by_others = slot is None and token in opened
            if dropped_by_others:
                # Whoever wants it back adds it anew.
                name = self._new_token(taken)
                taken.append(name)
            elif slot is None and not token.startswith("new"):
                self.has_foreign = True
                continue
            if slot and slot.shipped is not None:
                # It is not asked for: the key of a shipped course has the SCED code in it.
                typed[token]["course"] = self.saved_texts[token]["course"]
            state = {"dropped": dropped_by_others or f"{token}-dropped" in sent, "opened": f"{token}-open" in sent}
            self.cards.append(CourseCard(name, typed[token], grid=self, slot=slot, **state))
        self.cards += added_by_others

    def _look_up(self, codes) -> None:
        unknown = {code for code in codes if SCED_CODE.fullmatch(code)} - self.courses.keys()
        if unknown:
            self.courses |= Course.objects.in_bulk(unknown, field_name="code")

    def _new_token(self, taken) -> str:
        return next(f"new{number}" for number in range(1, 2 * MOST_COURSES) if f"new{number}" not in taken)

    def take_over(self, opened: Picture) -> None:
        """Let cards that nobody touched here say what others saved since the page was opened."""
        for index, card in enumerate(self.cards):
            before = opened.get(card.token)
            if before and not card.dropped and card.texts | {"position": before["position"]} == before:
                texts = dict(card.saved_texts)
                self.cards[index] = CourseCard(card.token, texts, grid=self, slot=card.slot, opened=card.opened)

    @cached_property
    def _by_number(self):
        return [(course, (str(course.pk), str(course))) for course in self.catalog.values()]

    def catalog_choices(self, grade: Grade) -> list:
        """The school's courses by number, those for the grade first."""
        groups = {True: [], False: []}
        for course, choice in self._by_number:
            groups[course.first_grade <= grade <= course.last_grade].append(choice)
        labels = {True: _("For %(grade)s") % {"grade": grade.label.lower()}, False: _("For other grades")}
        return [("", _("None")), *((labels[fits], choices) for fits, choices in groups.items() if choices)]

    # --- What the buttons do ------------------------------------------------------------------------------------------

    def card(self, token: str) -> CourseCard | None:
        return next((card for card in self.cards if card.token == token), None)

    def cell(self, card: CourseCard) -> list[CourseCard]:
        """The cards in the same year and of the same kind that are not dropped."""
        return [each for each in self.cards if (each.grade, each.kind) == (card.grade, card.kind) and not each.dropped]

    def shift(self, card: CourseCard, step: int) -> None:
        """Let the card change places with the one before it (-1) or after it (1) in its list, if there is one."""
        cell = self.cell(card)
        place = cell.index(card) + step
        if 0 <= place < len(cell):
            here, there = self.cards.index(card), self.cards.index(cell[place])
            self.cards[here], self.cards[there] = self.cards[there], self.cards[here]

    def move(self, card: CourseCard, grade: Grade) -> None:
        """Put the card at the end of its kind in another year."""
        self.cards.remove(card)
        card.texts["grade"] = str(grade.value)
        alike = [self.cards.index(each) for each in self.cell(card)]
        self.cards.insert(max(alike) + 1 if alike else len(self.cards), card)

    def add(self, grade: Grade, kind: CourseKind) -> CourseCard:
        texts = dict.fromkeys(CourseForm.base_fields, "") | {
            "grade": str(grade.value),
            "kind": kind.value,
            "credits": "1",
        }
        token = self._new_token([card.token for card in self.cards])
        card = CourseCard(token, texts, grid=self, opened=True)
        self.cards.append(card)
        self.move(card, grade)
        return card

    # --- What the page shows ------------------------------------------------------------------------------------------

    def years(self):
        """The grid: for each year its credits, and for each kind its cards."""
        return [
            {"grade": grade, "credits": self._credits(kinds), "kinds": kinds} for grade, kinds in by_year(self.cards)
        ]

    def _credits(self, kinds):
        ready = [card.draft for _kind, cards in kinds for card in cards if card in self.ready]
        return sum((slot.shown_credits for slot in ready), Decimal())

    @cached_property
    def kept(self) -> list[CourseCard]:
        return [card for card in self.cards if not card.dropped and not card.is_blank]

    @cached_property
    def ready(self) -> list[CourseCard]:
        return [card for card in self.kept if card.is_valid]

    @cached_property
    def faulty(self) -> list[CourseCard]:
        return [card for card in self.kept if not card.is_valid]

    def elements(self):
        """The elements that the program has with the courses as they stand on the page, those with errors left out."""
        drafts = [card.draft for card in self.ready]
        self.program._prefetched_objects_cache["course_slots"] = sorted(drafts, key=lambda slot: slot.grade)
        return elements(self.program)

    @property
    def is_unsaved(self) -> bool:
        """Whether the page says anything else than what is saved."""
        order = [card.token for _grade, kinds in by_year(self.kept) for _kind, cards in kinds for card in cards]
        return order != self._saved_order or not all(card.is_untouched for card in self.kept)
