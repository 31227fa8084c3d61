"""Two people press "Save" at the same moment, on both databases: one saves, the other merges, nothing is lost in silence."""

import threading

import pytest
from django.contrib.admin.models import LogEntry
from django.db import close_old_connections, connection
from django.test import Client

from clusters.models import Pathway, PathwayOccupation
from schools.admin.merging import MergingMixin
from schools.models import User
from tests.admin.forms import change_page, form_data
from tests.factories import make_cluster, make_occupation, make_pathway

PAIRS = 20
HIDDEN = "pathway_occupations-0-hidden"


@pytest.fixture
def pathway(transactional_db):
    """A pathway with two occupations that staff put there."""
    pathway = make_pathway(make_cluster())
    for number in (1, 2):
        make_occupation(number, on=pathway, basis="editorial")
    return pathway


@pytest.fixture
def editors(transactional_db):
    clients = []
    for name in ("ada", "bo"):
        clients.append(Client())
        clients[-1].force_login(User.objects.create(username=name, is_staff=True, is_superuser=True))
    return clients


def save_at_once(editors, pathway, forms):
    """Send both forms at the same moment. Returns both answers."""
    barrier, answers = threading.Barrier(2), {}

    def send(place):
        try:
            barrier.wait()
            answers[place] = editors[place].post(change_page(pathway), forms[place])
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[place]) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return [answers[place] for place in range(2)]


def forms_of_both(page, pair):
    """Both have the same page open; each writes a text of their own, and one hides an occupation, or shows it again."""
    forms = [form_data(page) | {"summary_en": f"Pair {pair}, editor {editor}."} for editor in range(2)]
    is_hidden = PathwayOccupation.objects.filter(hidden=True).exists()
    for form, hide in zip(forms, (not is_hidden, is_hidden), strict=True):
        form.pop(HIDDEN, None)
        form |= {HIDDEN: "on"} if hide else {}
    return forms


def what_is_saved(pathway):
    return Pathway.objects.get(pk=pathway.pk).summary_en, set(PathwayOccupation.objects.filter(hidden=True))


def test_of_each_pair_one_saves_and_the_other_merges(editors, pathway):
    page = editors[0].get(change_page(pathway))
    for pair in range(PAIRS):
        _text, hidden_before = what_is_saved(pathway)
        answers = save_at_once(editors, pathway, forms_of_both(page, pair))
        assert sorted(answer.status_code for answer in answers) == [200, 302]
        winner = next(place for place, answer in enumerate(answers) if answer.status_code == 302)
        text, hidden = what_is_saved(pathway)
        assert text == f"Pair {pair}, editor {winner}."
        assert (hidden != hidden_before) == (winner == 0)
        # The page that asks has both texts, and is what the next pair has open.
        page = answers[1 - winner]
        ((line, _key),) = page.context["merge"].clashes
        assert (line.old, line.new) == (text, f"Pair {pair}, editor {1 - winner}.")
        assert form_data(page)["summary_en"] == line.new
    assert LogEntry.objects.count() == PAIRS


def test_without_the_check_a_text_is_lost(editors, pathway, monkeypatch):
    """So the test above can fail."""
    monkeypatch.setattr(MergingMixin, "shown_state", lambda self, root: {})
    forms = forms_of_both(editors[0].get(change_page(pathway)), 1)
    answers = save_at_once(editors, pathway, forms)
    assert [answer.status_code for answer in answers] == [302, 302]
    assert what_is_saved(pathway)[0] in {form["summary_en"] for form in forms}
