"""Keeps search and the content version in step with every save and delete.

Bulk writes send no signals: whoever does one calls ``search.rebuild()`` and ``ContentVersion.bump()`` afterwards.
"""

from django.apps import apps
from django.db.models.signals import post_delete, post_save

from clusters import search
from clusters.models import (
    AddressCheck,
    AlternateTitle,
    Cluster,
    ContentVersion,
    Occupation,
    Pathway,
    Program,
    SearchEntry,
)
from schools.models import School

FOUND_BY_SEARCH = (Cluster, Pathway, Program, Occupation, AlternateTitle)
# What no page shows.
DERIVED = (SearchEntry, ContentVersion, AddressCheck)


def index_saved(sender, instance, created, raw=False, **kwargs):
    # What loaddata creates may have been found with already: it takes rows in the order of the file.
    search.reindex(instance, created=created and not raw)


def forget_deleted(sender, instance, **kwargs):
    search.remove(instance)


def count_saved(sender, raw=False, **kwargs):
    # loaddata saves a hundred thousand rows, each raw. Counting the clusters among them is enough to be noticed.
    if not raw or sender is Cluster:
        ContentVersion.bump()


def count_deleted(sender, **kwargs):
    ContentVersion.bump()


for model in FOUND_BY_SEARCH:
    post_save.connect(index_saved, sender=model)
    post_delete.connect(forget_deleted, sender=model)

for model in (*apps.get_app_config("clusters").get_models(), School):
    if model not in DERIVED:
        post_save.connect(count_saved, sender=model)
        post_delete.connect(count_deleted, sender=model)
