"""The progress of a job whose work is one transaction is seen before that ends."""

import pytest
from django.db import connection, transaction

from reports.actions.jobs import Teller, telling_apart
from reports.models import Job
from tests.factories import JobFactory


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer")
def test_progress_is_seen_while_the_transaction_runs():
    job = JobFactory()
    tell = Teller(job, lambda: True)
    reader = connection.copy()

    with telling_apart(tell), transaction.atomic():
        tell(3, 10)
        with reader.cursor() as cursor:
            cursor.execute("SELECT done, total FROM reports_job WHERE id = %s", [job.pk])
            seen = cursor.fetchone()
        transaction.set_rollback(True)
    reader.close()

    assert seen == (3, 10)
    assert Job.objects.values_list("done", "total").get() == (3, 10)


@pytest.mark.django_db
def test_progress_is_told_once_a_hundredth_and_where_nobody_listens_not_at_all(
    django_assert_num_queries,
):
    tell = Teller(JobFactory(), lambda: True)

    with django_assert_num_queries(2):
        tell(1, 1000)
        tell(2, 1000)
        tell(10, 1000)
    with telling_apart(lambda done, total: None):
        pass

    assert (tell.job.done, tell.job.total) == (10, 1000)
