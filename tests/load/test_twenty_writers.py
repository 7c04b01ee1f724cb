"""Twenty people save at the same moment on SQLite, which lets them in one by one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.desk import Desk
from tests.served import environment, filled, found, served

WRITERS, EACH = 20, 2


def test_nobody_hears_that_the_database_is_locked(tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    given = environment(tmp_path, url, TABLES_AT_ONCE="1")
    made = filled(given, 1, 1)
    start = Barrier(WRITERS)

    def write(name):
        desk = Desk(port, {"sessionid": made["clerks"][name]})
        forms = [desk.meeting_form() for _n in range(EACH)]
        start.wait(timeout=60)
        return {
            f"{name}-{n}": desk.record(form, f"{name}-{n}").status for n, form in enumerate(forms)
        }

    with served(given) as port, ThreadPoolExecutor(WRITERS) as pool:
        answers = dict(
            pair
            for done in pool.map(write, sorted(made["clerks"])[:WRITERS])
            for pair in done.items()
        )

    left = found(given)
    assert set(answers.values()) == {302}
    assert left == {
        "titles": dict.fromkeys(answers, 1),
        "files": dict.fromkeys(answers, 1),
        "damaged": [],
        "without a row": [],
    }
