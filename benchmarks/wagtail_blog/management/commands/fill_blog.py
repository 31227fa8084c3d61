from datetime import date, timedelta

from django.core.management.base import BaseCommand
from django.db import transaction
from home.models import HomePage

from wagtail_blog.models import BlogIndexPage, BlogPage

INTRODUCTION = "What people do in this job, what it pays, and how to get there, in a few plain words."


class Command(BaseCommand):
    help = "Makes a blog with so many posts, and for each further number a page that lists as many of them."

    def add_arguments(self, parser):
        parser.add_argument("posts", type=int)
        parser.add_argument("listed", type=int, nargs="+")

    @transaction.atomic
    def handle(self, *, posts, listed, **options):
        home = HomePage.objects.get()
        indexes = [
            home.add_child(
                instance=BlogIndexPage(title=f"Blog {n}", slug=f"blog-{n}", listed=n, intro=f"<p>{INTRODUCTION}</p>")
            )
            for n in listed
        ]
        for number in range(1, posts + 1):
            indexes[0].add_child(
                instance=BlogPage(
                    title=f"A day at work, part {number}",
                    slug=f"post-{number}",
                    date_published=date(2026, 1, 1) + timedelta(days=number),
                    author="A. Writer",
                    introduction=INTRODUCTION,
                    body=f"<p>{INTRODUCTION}</p>" * 10,
                )
            )
