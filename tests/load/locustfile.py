"""Monday morning: everybody records last week's meeting while many others read.

Runs in an environment of its own (gevent); ``tests/load/run.py`` starts it. ``LOAD_PLAN`` names a
JSON file with the sessions, the number of recordings and the minutes they are spread over; every
answer to a recording is written to ``LOAD_ANSWERS`` as it comes, one line of JSON each.
"""

import json
import os
import random
import time
import uuid
from pathlib import Path

from gevent.lock import Semaphore
from locust import HttpUser, constant_throughput, events, task
from locust.exception import StopUser

from tests.desk import Sheet, multipart

PLAN = json.loads(Path(os.environ["LOAD_PLAN"]).read_text())
CLERKS, READERS = sorted(PLAN["clerks"].items()), sorted(PLAN["readers"].items())
RECORDINGS, SECONDS = PLAN["recordings"], PLAN["minutes"] * 60
WRITERS = PLAN["writers"]
PAGES = ("/dues/", "/meetings/", "/problems/", "/measures/", "/todo/", "/people/", "/grid/")
# So that two runs read the same pages in the same order.
CHANCE = random.Random(2026)
ANSWERS = Path(os.environ["LOAD_ANSWERS"])
LOCK = Semaphore()


def minutes_of(title: str) -> bytes:
    """A file of 60 kB that differs from every other."""
    body = f"{title} {uuid.uuid5(uuid.NAMESPACE_OID, title)}\n".encode()
    return b"%PDF-1.4\n" + body * (60_000 // len(body)) + b"%%EOF\n"


class Person(HttpUser):
    abstract = True

    def on_start(self) -> None:
        self.client.headers["Accept-Language"] = "zh-CN"
        self.client.cookies.set("sessionid", self.session)


class Reader(Person):
    """Opens a page now and then."""

    fixed_count = PLAN["reading"]
    wait_time = constant_throughput(PLAN["pages a second"])
    number = 0

    def on_start(self) -> None:
        Reader.number += 1
        self.session = READERS[Reader.number % len(READERS)][1]
        super().on_start()

    @task
    def read(self) -> None:
        page = CHANCE.choice(PAGES)
        with self.client.get(page, name="read", catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(f"{page}: {answer.status_code}")


class Writer(Person):
    """Records meetings for one clerk after the other, until all are recorded."""

    fixed_count = WRITERS
    wait_time = constant_throughput(RECORDINGS / SECONDS / WRITERS)
    taken = 0

    def on_start(self) -> None:
        self.session = CLERKS[0][1]
        super().on_start()

    @task
    def record(self) -> None:
        if Writer.taken >= RECORDINGS:
            raise StopUser
        Writer.taken += 1
        number = Writer.taken
        name, session = CLERKS[number % len(CLERKS)]
        self.client.cookies.clear()
        self.client.cookies.set("sessionid", session)
        title = f"{name}-{number}"
        page = self.client.get("/meetings/new/", name="form")
        if page.status_code != 200:
            return note(title, page.status_code)
        form = Sheet(page.text, "/meetings/new/")
        file = ("minutes", f"{title}.pdf", minutes_of(title))
        body, kind = multipart(form.filled(title=title), [file])
        with self.client.post(
            "/meetings/new/",
            data=body,
            headers={"Content-Type": kind},
            name="record",
            allow_redirects=False,
            catch_response=True,
        ) as answer:
            note(title, answer.status_code)
            if answer.status_code != 302:
                answer.failure(f"{answer.status_code}")
            else:
                answer.success()
        return None


def note(title: str, status: int) -> None:
    with LOCK, ANSWERS.open("a", encoding="utf-8") as file:
        file.write(json.dumps([title, status, round(time.time(), 3)]) + "\n")


@events.spawning_complete.add_listener
def all_there(user_count: int, **_more: object) -> None:
    print(f"{user_count} at their desks", flush=True)
