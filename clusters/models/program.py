"""Programs of study: what a student takes, year by year, to get from a pathway to its occupations."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from clusters.choices import Award, CourseKind, CourseStage, CredentialKind, Grade, ProgramStatus, WorkBasedLearningKind
from clusters.models.base import ReferenceModel, ReviewedModel
from clusters.models.catalog import credits_field
from clusters.querysets import ProgramPartQuerySet, ProgramQuerySet, YearQuerySet


def local_key() -> str:
    """A key for a part that was added here, which no release will ever use."""
    return f"local-{get_random_string(10).lower()}"


class Credential(ReferenceModel):
    """Something that shows what one can do, given by somebody employers trust: a certification, a license, a card."""

    NATURAL_KEY = ("slug",)
    SHIPPED = ("name", "issuer", "kind", "url")

    slug = models.SlugField(
        _("short name"), max_length=100, unique=True, help_text=_("Files know the credential by it.")
    )
    name = models.CharField(_("name"), max_length=150, help_text=_("As its issuer names it."))
    issuer = models.CharField(_("issuer"), max_length=150, help_text=_("Who gives it."))
    kind = models.CharField(_("kind"), max_length=20, choices=CredentialKind.choices)
    url = models.URLField(_("address"), blank=True, help_text=_("Where the issuer tells about it."))

    class Meta:
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")
        ordering = ["name"]

    def __str__(self):
        return f"{self.name} ({self.issuer})"


class Program(ReviewedModel, ReferenceModel):
    """A program of study: a model for every school, or the one that a school offers.

    A school's program can be a copy of a model program (``based_on``). ``adopted`` then holds what the model program said
    when it was copied, so that later changes of it can be told from the school's own (see clusters/adoption.py).
    """

    NATURAL_KEY = ("slug",)
    SHIPPED = ("title", "summary", "audience", "skills", "ways_in", "last_entry", "position", "status")
    LOCAL = (
        *ReferenceModel.LOCAL, "reviewed_on", "school", "based_on", "adopted", "was_public", "local_demand", "contact_name",
        "contact_email",
    )  # fmt: skip

    slug = models.SlugField(
        _("address"),
        max_length=120,
        unique=True,
        help_text=_("The last part of the page's address. A change breaks links to it."),
    )
    pathway = models.ForeignKey(
        "clusters.Pathway", on_delete=models.PROTECT, related_name="programs", verbose_name=_("pathway")
    )
    school = models.ForeignKey(
        "schools.School",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="programs",
        verbose_name=_("school"),
        help_text=_("The school that offers it. Empty for a model program, which is for every school."),
    )
    based_on = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="copies",
        verbose_name=_("based on"),
        help_text=_("The model program that this one was copied from."),
    )
    adopted = models.JSONField(_("as adopted"), null=True, blank=True, editable=False)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=ProgramStatus.choices,
        default=ProgramStatus.DRAFT,
        help_text=_("Only published programs are public. An archived one keeps its place here and nowhere else."),
    )
    # Somebody may have printed it, linked to it or planned with it: it is archived, not deleted.
    was_public = models.BooleanField(_("was public"), default=False, db_default=False, editable=False)
    position = models.PositiveSmallIntegerField(
        _("position"), default=1, help_text=_("Place among the programs of its pathway; the lowest comes first.")
    )
    title = models.CharField(_("title"), max_length=120)
    summary = models.TextField(_("summary"), blank=True, help_text=_("One or two sentences: what you learn in it."))
    audience = models.TextField(
        _("who it is for"), blank=True, help_text=_("One or two sentences to the student who would like it.")
    )
    skills = models.TextField(
        _("what you can do at the end"),
        blank=True,
        help_text=_("Four to six points, one on each line: of the trade, and of working with others."),
    )
    ways_in = models.TextField(
        _("ways in"), blank=True, help_text=_("When students can start, and what somebody who joins later does first.")
    )
    last_entry = models.PositiveSmallIntegerField(
        _("last year to join"),
        choices=Grade.choices,
        default=Grade.NINTH,
        help_text=_("The last grade in which a student can start and still finish the program."),
    )
    local_demand = models.TextField(
        _("who near here needs it"),
        blank=True,
        help_text=_(
            "How you know that employers near the school look for this: who was asked, or which figures say so."
        ),
    )
    contact_name = models.CharField(
        _("contact"), max_length=100, blank=True, help_text=_("The teacher to ask, as students know them.")
    )
    contact_email = models.EmailField(_("contact's email"), blank=True, help_text=_("A work address. It is public."))
    occupations = models.ManyToManyField("clusters.Occupation", through="ProgramOccupation", related_name="programs")
    credentials = models.ManyToManyField(Credential, through="ProgramCredential", related_name="programs")
    majors = models.ManyToManyField("clusters.Major", through="ProgramMajor", related_name="programs")

    objects = ProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("program of study")
        verbose_name_plural = _("programs of study")
        ordering = ["title", "slug"]
        indexes = [
            models.Index(fields=["pathway", "status", "school"], name="program_of_pathway"),
            models.Index(fields=["school", "status"], name="program_of_school"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(school__isnull=False) | Q(based_on__isnull=True, adopted__isnull=True),
                name="only_a_schools_program_is_based_on_another",
                violation_error_message=_("A model program is not based on another one. Choose a school, or no model."),
            ),
            models.CheckConstraint(
                condition=Q(school__isnull=True) | Q(shipped__isnull=True),
                name="no_release_has_a_schools_program",
                violation_error_message=_("This program came with a release, so it belongs to no school."),
            ),
        ]

    def __str__(self):
        return f"{self.title} ({self.school})" if self.school_id else self.title

    def get_absolute_url(self):
        return reverse("clusters:program_detail", args=[self.slug])


def _program(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        Program, on_delete=models.CASCADE, related_name=related_name, verbose_name=_("program of study")
    )


class ProgramPart(ReferenceModel):
    """What belongs to one program and has its place there."""

    position = models.PositiveSmallIntegerField(
        _("position"), default=1, help_text=_("Place in its list; the lowest comes first.")
    )

    objects = ProgramPartQuerySet.as_manager()

    class Meta:
        abstract = True


class CourseSlot(ProgramPart):
    """A place in a program's sequence of courses, and the course that stands there."""

    NATURAL_KEY = ("program", "key")
    SHIPPED = ("grade", "position", "title", "kind", "stage", "credits", "dual_credit")
    LOCAL = (*ReferenceModel.LOCAL, "catalog_course")

    program = _program("course_slots")
    # Of a shipped row the key names the SCED course too: another course there is another row.
    key = models.SlugField(_("key"), max_length=40, default=local_key, editable=False)
    grade = models.PositiveSmallIntegerField(_("grade"), choices=Grade.choices)
    course = models.ForeignKey(
        "clusters.Course",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="course_slots",
        verbose_name=_("SCED course"),
        help_text=_("The national code of this kind of course."),
    )
    catalog_course = models.ForeignKey(
        "clusters.CatalogCourse",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="course_slots",
        verbose_name=_("course of the school"),
        help_text=_("The course in the school's own catalog. Its number and title are shown."),
    )
    title = models.CharField(
        _("title"), max_length=120, help_text=_("Shown where the school has no course of its own here.")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=CourseKind.choices)
    stage = models.PositiveSmallIntegerField(
        _("stage"),
        choices=CourseStage.choices,
        null=True,
        blank=True,
        help_text=_("Of a career-technical course: how far it goes into the work. Later courses go further."),
    )
    credits = credits_field()
    dual_credit = models.BooleanField(
        _("dual credit"), default=False, help_text=_("Counts for high school and for college.")
    )

    objects = YearQuerySet.as_manager()

    class Meta:
        verbose_name = _("course of a program")
        verbose_name_plural = _("courses of programs")
        ordering = ["program", "grade", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["program", "key"], name="course_slot_key_once_per_program"),
            models.CheckConstraint(
                condition=Q(kind=CourseKind.CAREER, stage__isnull=False)
                | (~Q(kind=CourseKind.CAREER) & Q(stage__isnull=True)),
                name="stage_of_career_technical_courses_only",
                violation_error_message=_("Career-technical courses have a stage; other courses have none."),
            ),
        ]

    def __str__(self):
        return f"{self.get_grade_display()}: {self.shown_title}"

    @property
    def shown_title(self) -> str:
        """The school's own title where it has one. Needs catalog_course loaded."""
        return self.catalog_course.title if self.catalog_course_id else self.title

    @property
    def shown_credits(self):
        """Credits of the school's own course where it has one. Needs catalog_course loaded."""
        return self.catalog_course.credits if self.catalog_course_id else self.credits


class ProgramOccupation(ProgramPart):
    """An occupation that a program prepares for."""

    NATURAL_KEY = ("program", "occupation")
    SHIPPED = ("position",)

    program = _program("program_occupations")
    occupation = models.ForeignKey(
        "clusters.Occupation",
        on_delete=models.PROTECT,
        related_name="program_occupations",
        verbose_name=_("occupation"),
    )

    class Meta:
        verbose_name = _("occupation of a program")
        verbose_name_plural = _("occupations of programs")
        ordering = ["program", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "occupation"],
                name="occupation_once_per_program",
                violation_error_message=_("The program has this occupation already."),
            )
        ]

    def __str__(self):
        return f"{self.program} -> {self.occupation}"


class ProgramCredential(ProgramPart):
    """A credential that students of a program can earn, and when."""

    NATURAL_KEY = ("program", "credential")
    SHIPPED = ("grade", "position")

    program = _program("program_credentials")
    credential = models.ForeignKey(
        Credential, on_delete=models.PROTECT, related_name="program_credentials", verbose_name=_("credential")
    )
    grade = models.PositiveSmallIntegerField(
        _("when"), choices=Grade.choices, help_text=_("The year in which most students are ready for it.")
    )

    objects = YearQuerySet.as_manager()

    class Meta:
        verbose_name = _("credential of a program")
        verbose_name_plural = _("credentials of programs")
        ordering = ["program", "grade", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "credential"],
                name="credential_once_per_program",
                violation_error_message=_("The program has this credential already."),
            )
        ]

    def __str__(self):
        return f"{self.program}: {self.credential}"


class WorkBasedLearning(ProgramPart):
    """A step outside the classroom, from hearing about the work to doing it."""

    NATURAL_KEY = ("program", "key")
    SHIPPED = ("grade", "position", "kind", "description")

    program = _program("work_based_learning")
    key = models.SlugField(_("key"), max_length=40, default=local_key, editable=False)
    grade = models.PositiveSmallIntegerField(_("grade"), choices=Grade.choices)
    kind = models.CharField(_("kind"), max_length=20, choices=WorkBasedLearningKind.choices)
    description = models.TextField(
        _("what you do"), help_text=_("One sentence: with whom, and what you see, try or make.")
    )

    objects = YearQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of work-based learning")
        verbose_name_plural = _("steps of work-based learning")
        ordering = ["program", "grade", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["program", "key"], name="work_based_learning_key_once_per_program")
        ]

    def __str__(self):
        return f"{self.get_grade_display()}: {self.get_kind_display()}"


class ProgramMajor(ProgramPart):
    """A field of study to go on with after the program, and the award it ends with."""

    NATURAL_KEY = ("program", "major", "award")
    SHIPPED = ("position",)

    program = _program("program_majors")
    major = models.ForeignKey(
        "clusters.Major", on_delete=models.PROTECT, related_name="program_majors", verbose_name=_("major")
    )
    award = models.CharField(_("award"), max_length=20, choices=Award.choices)

    class Meta:
        verbose_name = _("major to go on with")
        verbose_name_plural = _("majors to go on with")
        ordering = ["program", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "major", "award"],
                name="major_and_award_once_per_program",
                violation_error_message=_("The program has this major with this award already."),
            )
        ]

    def __str__(self):
        return f"{self.program}: {self.major}, {self.get_award_display()}"
