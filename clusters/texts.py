"""All texts of this app that students read in English, with what docs/reference/copy-style.md asks of each."""

from collections.abc import Iterator

from clusters.copy_style import Kind, Text
from clusters.models import Cluster, Occupation, Pathway, Program, WorkBasedLearning

CLUSTER = {
    "summary": Kind("cluster summary", 40),
    "what_people_do": Kind("what people do", 120),
    "why_it_matters": Kind("why it matters", 60),
    "you_might_like": Kind("what you might like", 60),
    "you_might_not_like": Kind("what you might not like", 60),
}
PATHWAY = {
    "summary": Kind("pathway summary", 45),
    "knowledge_and_skills": Kind("what you learn", 14, is_list=True, verb_first=True, lines=(4, 6)),
    "day_in_it": Kind("a day in it", 150),
}
PROGRAM = {
    "summary": Kind("program summary", 35),
    "audience": Kind("who it is for", 35),
    "skills": Kind("what you can do", 14, is_list=True, verb_first=True, lines=(4, 6)),
    "ways_in": Kind("ways in", 45),
}
WORK_BASED_LEARNING = {"description": Kind("work-based learning", 26)}
OCCUPATION_SUMMARY = {"summary": Kind("occupation summary", 25, one_sentence=True, verb_first=True)}
OCCUPATION_WORDS = {
    "normal_day": Kind("a normal day", 15, is_list=True, verb_first=True, lines=(4, 6)),
    "hard_part": Kind("what is hard", 25, one_sentence=True),
    "good_part": Kind("what people like", 25, one_sentence=True),
    "first_steps": Kind("how people start", 30, one_sentence=True),
}


def content_texts() -> Iterator[Text]:
    """Every text, also those that are missing, which are empty."""
    for cluster in Cluster.objects.current().order_by("number"):
        yield from _texts(cluster, CLUSTER, f"Cluster {cluster.number}", cluster.title)
    for pathway in Pathway.objects.current().select_related("cluster").order_by("cluster__number", "position"):
        yield from _texts(pathway, PATHWAY, f"Pathway {pathway.number}", pathway.title, pathway.cluster.title)
    # The copies that schools made say the same until somebody edits them.
    programs = Program.objects.current().in_use().models()
    for program in programs.order_by("slug"):
        yield from _texts(program, PROGRAM, f"Program {program.slug}", program.title)
    steps = WorkBasedLearning.objects.current().filter(program__in=programs).select_related("program")
    for step in steps.order_by("program__slug", "grade", "position"):
        yield from _texts(step, WORK_BASED_LEARNING, f"Program {step.program.slug}, {step.key}", step.program.title)
    for occupation in Occupation.objects.current().order_by("code"):
        # Groups ("All Other") and military occupations are no single kind of work: they have a summary alone.
        words = OCCUPATION_WORDS if occupation.job_zone else {}
        where = f"Occupation {occupation.code}"
        names = occupation.title, occupation.friendly_title
        yield from _texts(occupation, OCCUPATION_SUMMARY | words, where, *names, job_zone=occupation.job_zone)


def texts_of(program: Program) -> Iterator[Text]:
    """The texts of one program, with those of its steps outside the classroom. Needs ``with_parts()``."""
    yield from _texts(program, PROGRAM, program.slug, program.title)
    for step in program.work_based_learning.all():
        yield from _texts(step, WORK_BASED_LEARNING, f"{program.slug}, {step.key}", program.title)


def _texts(row, kinds: dict[str, Kind], where: str, *names: str, job_zone: int | None = None) -> Iterator[Text]:
    for field, kind in kinds.items():
        text = getattr(row, f"{field}_en") or ""
        yield Text(where, kind, text, tuple(filter(None, names)), job_zone)
