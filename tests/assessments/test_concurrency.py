"""Many students at once, on both databases."""

import threading

import pytest
from django.db import close_old_connections, connection

from assessments import services
from assessments.instruments import load
from assessments.models import Assessment, Result


@pytest.mark.django_db(transaction=True)
def test_thirty_two_students_answer_at_once(settings):
    load(settings.BASE_DIR / "fixtures" / "assessments.json")
    assessment = Assessment.objects.get(slug="interests-60")
    failures = []

    def take_it(student: int) -> None:
        try:
            result = services.start(assessment=assessment)
            for page in range(6):
                answers = {order: (order + student) % 5 + 1 for order in range(page * 10 + 1, page * 10 + 11)}
                services.save_answers(result=result, answers=answers)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=take_it, args=[student]) for student in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    assert failures == []
    results = Result.objects.finished()
    assert results.count() == 32
    for result in results:
        shift = result.answers["5"] - 1
        assert all(answer == (int(order) + shift) % 5 + 1 for order, answer in result.answers.items())


@pytest.mark.django_db(transaction=True)
def test_two_tabs_lose_nothing(settings):
    load(settings.BASE_DIR / "fixtures" / "assessments.json")
    result = services.start(assessment=Assessment.objects.get(slug="interests-60"))
    barrier = threading.Barrier(6)

    def send(page: int) -> None:
        # As each request has a result of its own.
        own = Result(pk=result.pk, assessment_id=result.assessment_id)
        barrier.wait()
        services.save_answers(result=own, answers=dict.fromkeys(range(page * 10 + 1, page * 10 + 11), 3))
        connection.close()

    threads = [threading.Thread(target=send, args=[page]) for page in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = Result.objects.get()
    assert len(stored.answers) == 60
    assert stored.scores == [20] * 6
