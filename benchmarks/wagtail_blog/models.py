"""A blog as Wagtail's tutorial and its demo have it, to compare pages with: it runs in a site that ``wagtail start`` makes."""

from django.db import models
from wagtail.fields import RichTextField
from wagtail.models import Page


class BlogIndexPage(Page):
    """Lists the newest posts of the site."""

    intro = RichTextField()
    listed = models.PositiveIntegerField()

    def get_context(self, request):
        posts = BlogPage.objects.live().order_by("-date_published")[: self.listed]
        return super().get_context(request) | {"posts": posts}


class BlogPage(Page):
    date_published = models.DateField()
    author = models.CharField(max_length=100)
    introduction = models.TextField()
    body = RichTextField()
