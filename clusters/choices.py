"""The fixed vocabularies of the field, with the words a student reads for them."""

import math

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Basis(TextChoices):
    """Why an occupation is on a pathway."""

    CROSSWALK = "crosswalk", _("Official crosswalk")
    EDITORIAL = "editorial", _("Our own choice")


class SkillKind(TextChoices):
    SKILL = "skill", _("Skill")
    KNOWLEDGE = "knowledge", _("Knowledge")


class JobZone(IntegerChoices):
    """How much preparation an occupation takes, in the five steps of O*NET."""

    ONE = 1, _("Little or no preparation")
    TWO = 2, _("Some preparation")
    THREE = 3, _("Medium preparation")
    FOUR = 4, _("Considerable preparation")
    FIVE = 5, _("Extensive preparation")

    @property
    def in_words(self):
        """What the step usually takes, for somebody who has not heard of job zones."""
        return {
            1: _("You can often start without a diploma and learn the work in a few days or months."),
            2: _(
                "A high school diploma helps. You learn the work in a few months, up to a year, with someone who knows it."
            ),
            3: _(
                "You learn the trade in one or two years: in an apprenticeship, on the job, or for an associate's degree."
            ),
            4: _(
                "Most people here studied for a bachelor's degree, and worked for some years before they knew the job well."
            ),
            5: _("Most people here studied beyond a bachelor's degree, and many trained for years after that."),
        }[self.value]

    @property
    def rung(self):
        """The name of the step on a pathway's ladder, from entry to advanced."""
        return {1: _("Start now"), 2: _("Entry"), 3: _("Skilled"), 4: _("Professional"), 5: _("Advanced")}[self.value]


class InterestArea(TextChoices):
    """The six interest areas of Holland (RIASEC); the value is the name of the field that holds the score."""

    REALISTIC = "realistic", _("Realistic")
    INVESTIGATIVE = "investigative", _("Investigative")
    ARTISTIC = "artistic", _("Artistic")
    SOCIAL = "social", _("Social")
    ENTERPRISING = "enterprising", _("Enterprising")
    CONVENTIONAL = "conventional", _("Conventional")

    @property
    def verb(self):
        """The area as something a person does."""
        return {
            "realistic": _("Making and fixing"),
            "investigative": _("Finding out"),
            "artistic": _("Creating"),
            "social": _("Helping"),
            "enterprising": _("Leading and selling"),
            "conventional": _("Organizing"),
        }[self.value]

    @property
    def in_words(self):
        return {
            "realistic": _("Work with tools, machines, plants or animals, often outdoors or with your hands."),
            "investigative": _("Ask how things work, test ideas and read what the data says."),
            "artistic": _("Make things that were not there before: images, music, stories, spaces."),
            "social": _("Teach, care for, listen to or train other people."),
            "enterprising": _("Start things, persuade people and take decisions."),
            "conventional": _("Keep numbers, files and plans in order, so that others can rely on them."),
        }[self.value]


class Education(TextChoices):
    """Typical education at entry, as the Bureau of Labor Statistics assigns it; in rising order."""

    NONE = "none", _("No diploma needed")
    HIGH_SCHOOL = "high-school", _("High school diploma")
    SOME_COLLEGE = "some-college", _("Some college, no degree")
    CERTIFICATE = "certificate", _("Certificate after high school")
    ASSOCIATE = "associate", _("Associate's degree")
    BACHELOR = "bachelor", _("Bachelor's degree")
    MASTER = "master", _("Master's degree")
    DOCTORATE = "doctorate", _("Doctoral or professional degree")


class Experience(TextChoices):
    """Work experience in a related occupation that employers usually ask for."""

    NONE = "none", _("No earlier experience")
    UNDER_FIVE_YEARS = "under-5-years", _("Less than five years in a related job")
    FIVE_YEARS = "5-years", _("Five years or more in a related job")


class Training(TextChoices):
    """Training on the job until a person can do the work on their own."""

    NONE = "none", _("No training on the job")
    SHORT = "short", _("Up to one month of training on the job")
    MODERATE = "moderate", _("One month to one year of training on the job")
    LONG = "long", _("More than one year of training on the job")
    APPRENTICESHIP = "apprenticeship", _("An apprenticeship")
    INTERNSHIP = "internship", _("An internship or residency")


# Changes are published with one decimal: a loss of 2.0 is the first that counts as shrinking.
_OUTLOOK_LIMITS = {
    "fast": (6.0, math.inf),
    "growing": (2.0, 6.0),
    "steady": (-1.95, 2.0),
    "shrinking": (-math.inf, -1.95),
}


class Outlook(TextChoices):
    """How the number of jobs is projected to change over ten years; the limits are in percent."""

    FAST = "fast", _("Growing fast (6% or more)")
    GROWING = "growing", _("Growing (2% up to 6%)")
    STEADY = "steady", _("About the same (less than 2% either way)")
    SHRINKING = "shrinking", _("Shrinking (2% or more)")

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest change in percent that belongs to the step, and the first above it that does not."""
        return _OUTLOOK_LIMITS[self.value]

    @classmethod
    def of(cls, change: float) -> "Outlook":
        """The step a projected change in percent belongs to."""
        return next(step for step in cls if step.limits[0] <= change < step.limits[1])


class ProgramStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


class Offer(TextChoices):
    """Whether students of a school can take a pathway."""

    OFFERED = "offered", _("Offered here")
    ELSEWHERE = "elsewhere", _("Not here, but at another school")
    NOT_OFFERED = "not-offered", _("Not offered")


class Grade(IntegerChoices):
    """A year of a program of study. Grades 13 and 14 are the two years after high school."""

    NINTH = 9, _("Grade 9")
    TENTH = 10, _("Grade 10")
    ELEVENTH = 11, _("Grade 11")
    TWELFTH = 12, _("Grade 12")
    FIRST_AFTER = 13, _("First year after high school")
    SECOND_AFTER = 14, _("Second year after high school")

    @classmethod
    def in_high_school(cls) -> list["Grade"]:
        return [grade for grade in cls if grade <= cls.TWELFTH]


class CourseKind(TextChoices):
    """What a course is to a program of study."""

    ACADEMIC = "academic", _("Academic")
    CAREER = "career-technical", _("Career-technical")
    ELECTIVE = "elective", _("Elective")


class CourseStage(IntegerChoices):
    """How far a career-technical course goes into the work."""

    INTRODUCTION = 1, _("Introduction")
    CORE = 2, _("Core skills")
    ADVANCED = 3, _("Advanced")


class CredentialKind(TextChoices):
    CARD = "card", _("Training card")
    CERTIFICATION = "certification", _("Certification")
    LICENSE = "license", _("License")


class Exit(IntegerChoices):
    """Where a program of study can end and work begin, the nearest first."""

    HIGH_SCHOOL = 1, _("Right after high school")
    TRAINING = 2, _("After a certificate or an apprenticeship")
    ASSOCIATE = 3, _("After an associate's degree")
    BACHELOR = 4, _("After a bachelor's degree")
    ADVANCED = 5, _("After further study")


class Award(TextChoices):
    """What a field of study after high school ends with, in rising order."""

    CERTIFICATE = "certificate", _("Certificate")
    ASSOCIATE = "associate", _("Associate's degree")
    BACHELOR = "bachelor", _("Bachelor's degree")
    MASTER = "master", _("Master's degree")
    DOCTORATE = "doctorate", _("Doctoral or professional degree")

    @property
    def exit(self) -> Exit:
        return {
            "certificate": Exit.TRAINING,
            "associate": Exit.ASSOCIATE,
            "bachelor": Exit.BACHELOR,
            "master": Exit.ADVANCED,
            "doctorate": Exit.ADVANCED,
        }[self.value]


class LearningStage(IntegerChoices):
    """The stages of work-based learning: from hearing about work to doing it."""

    AWARENESS = 1, _("Career awareness")
    EXPLORATION = 2, _("Career exploration")
    PREPARATION = 3, _("Career preparation")
    TRAINING = 4, _("Career training")


class WorkBasedLearningKind(TextChoices):
    """Ways of learning at work or from people who do it, each in its stage."""

    GUEST_SPEAKER = "guest-speaker", _("Guest speaker")
    TOUR = "tour", _("Visit to a workplace")
    INTERVIEW = "interview", _("Talk with somebody in the job")
    JOB_SHADOW = "job-shadow", _("Job shadow")
    PROJECT = "project", _("Project for a client or community")
    MENTORING = "mentoring", _("Mentoring")
    SCHOOL_ENTERPRISE = "school-enterprise", _("School-run business or lab")
    CLINICAL = "clinical", _("Supervised practice")
    INTERNSHIP = "internship", _("Internship")
    COOPERATIVE = "cooperative", _("Paid work with class credit")
    PRE_APPRENTICESHIP = "pre-apprenticeship", _("Pre-apprenticeship")
    APPRENTICESHIP = "apprenticeship", _("Registered apprenticeship")

    @property
    def stage(self) -> LearningStage:
        return {
            "guest-speaker": LearningStage.AWARENESS,
            "tour": LearningStage.AWARENESS,
            "interview": LearningStage.EXPLORATION,
            "job-shadow": LearningStage.EXPLORATION,
            "project": LearningStage.PREPARATION,
            "mentoring": LearningStage.PREPARATION,
            "school-enterprise": LearningStage.PREPARATION,
            "clinical": LearningStage.TRAINING,
            "internship": LearningStage.TRAINING,
            "cooperative": LearningStage.TRAINING,
            "pre-apprenticeship": LearningStage.TRAINING,
            "apprenticeship": LearningStage.TRAINING,
        }[self.value]


class Colour(IntegerChoices):
    """The hues a cluster can take, in degrees of OKLCH; lightness and chroma are the same for all (static/css/tokens.css)."""

    ROSE = 20, _("Rose")
    ORANGE = 45, _("Orange")
    AMBER = 60, _("Amber")
    OCHRE = 70, _("Ochre")
    GOLD = 85, _("Gold")
    LEAF = 135, _("Leaf green")
    EMERALD = 160, _("Emerald")
    TEAL = 190, _("Teal")
    SKY = 225, _("Sky")
    AZURE = 240, _("Azure")
    BLUE = 255, _("Blue")
    INDIGO = 275, _("Indigo")
    VIOLET = 290, _("Violet")
    PURPLE = 310, _("Purple")
    MAGENTA = 330, _("Magenta")
    PINK = 350, _("Pink")


class Icon(TextChoices):
    """The drawn signs of static/img/icons.svg that a cluster can take."""

    AGRICULTURE = "cluster-agriculture", _("Seedling")
    ARCHITECTURE = "cluster-architecture", _("House and set square")
    ARTS = "cluster-arts", _("Stage curtain")
    BUSINESS = "cluster-business", _("Business")
    EDUCATION = "cluster-education", _("Open book")
    FINANCE = "cluster-finance", _("Coins")
    GOVERNMENT = "cluster-government", _("Building with columns")
    HEALTH = "cluster-health", _("Heart")
    HOSPITALITY = "cluster-hospitality", _("Service bell")
    HUMAN_SERVICES = "cluster-human-services", _("Two people")
    IT = "cluster-it", _("Screen")
    LAW = "cluster-law", _("Scales")
    MANUFACTURING = "cluster-manufacturing", _("Gear")
    MARKETING = "cluster-marketing", _("Megaphone")
    STEM = "cluster-stem", _("Flask")
    TRANSPORTATION = "cluster-transportation", _("Truck")
