"""Attacks every address by what stands in it: any parameter with any value, keys beyond any number.

The names are those of the page's own filter, forms and links, and all that any page's code asks
for; nothing that a stranger types there is ever an error of ours.
"""

import inspect
import re
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.urls import resolve, reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import reports
from reports.domain.access import Role
from tests.attack.robot import FULL, body, pages, share, url_of, who_may
from tests.factories import BureauFactory, member
from tests.views.test_matrix import MATRIX, METHODS, RECORDS, logged_in

pytestmark = pytest.mark.django_db

VIEWS = Path(reports.__file__).parent / "views"
ASKED_FOR = re.compile(r"""(?:GET|query|parts|asked|params)\.get(?:list)?\(\s*["'](\w+)["']""")
HUGE = (2**31, 2**63 - 1, 2**63, 2**64, 10**30)
# Papers take seconds each and ask for little; `make attack` takes them along.
SLOW = re.compile("(docx|pdf|pack|export)$")
WORST = ("\x00", str(2**64), str(2**63), "-1", "９", "9999-12-31", "0001-01-01", "\ufffe%_'")
VALUES = st.one_of(
    st.sampled_from(
        (
            *map(str, HUGE), "-1", "0", str(-(2**63) - 1), "1e400", "NaN", "inf", "１２", "²", "٣",
            "\x00", "a\x00b", "%", "%%", "'", "\"'--", "')) OR 1=1--", "\\", "\ud800", "\ufffe",
            "0000-00-00", "9999-12-31", "0001-01-01", "2026-02-30", "2026-13", "10000-01-01",
            "2026-06-10T00:00:00+99:99", "0", "9999", "10000", "-2026", "None", "null", "[]", "{}",
            "[[1,2]]", "1,2,,3", "," * 50, "unit__bureau__users__password", "-unit__path", "?",
            "pk", "--pk", "xlsx", "csv", "day", "all", "x" * 3000, "中" * 500, "\u202e", "=1+1",
        )
    ),
    st.text(max_size=12),
    st.integers().map(str),
    st.dates().map(str),
)  # fmt: skip


def names_in(path):
    """Every parameter that a page's code asks for."""
    return set(ASKED_FOR.findall(path.read_text()))


def names_of(address):
    """What one page may be asked: by its code, and by its filter."""
    view = resolve(address.partition("?")[0]).func.view_class
    found = names_in(Path(inspect.getfile(view)))
    filterset = getattr(view, "filterset_class", None)
    return found | set(getattr(filterset, "base_filters", ()))


@pytest.fixture
def doors(world):
    """Every page that is read: its name, who opens it, and its address."""
    clients = {role: logged_in(user) for role, user in world.logins.items()}
    for client in clients.values():
        client.raise_request_exception = False
    return [
        (name, clients[who_may(name)], url_of(name, world.places["own"]))
        for name in share(pages(), 3)
        if who_may(name) and (FULL or not SLOW.search(name))
    ]


def encoded(pairs):
    return urlencode(pairs, errors="surrogatepass", quote_via=quote)


def attack(client, address, names):
    """What goes wrong with any values of these parameters; the same tries every time."""
    wrong = []

    @settings(
        max_examples=60 if FULL else 2,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.tuples(st.sampled_from(names), VALUES), min_size=1, max_size=6))
    def ask(pairs):
        link = "&" if "?" in address else "?"
        answer = client.get(f"{address}{link}{encoded(pairs)}")
        body(answer)
        if answer.status_code >= 500:
            wrong.append((pairs, repr(answer.exc_info[1])))

    ask()
    return wrong[:2]


def test_no_parameter_of_any_address_is_an_error(doors, caplog):
    caplog.set_level("CRITICAL", "django")
    everywhere = set().union(*map(names_in, VIEWS.glob("*.py")))

    wrong = {
        name: attack(client, address, sorted(names_of(address) or everywhere))
        for name, client, address in doors
    }

    assert len(everywhere) > 40
    assert len(wrong) > (180 if FULL else 50)
    assert {name: what for name, what in wrong.items() if what} == {}


def test_every_parameter_of_every_list_bears_the_worst_values(doors, caplog):
    """All filters at once: what one of them refuses, the others still had to read."""
    caplog.set_level("CRITICAL", "django")
    wrong, asked = {}, 0

    for name, client, address in doors:
        if not name.endswith("-list"):
            continue
        for value in WORST if FULL else WORST[:2]:
            for parameters in (
                [[each] for each in names_of(address)] if FULL else [names_of(address)]
            ):
                got = client.get(address, dict.fromkeys(parameters, value))
                body(got)
                asked += 1
                if got.status_code >= 500:
                    wrong[name, value, str(parameters)] = repr(got.exc_info[1])

    assert asked > (50 if FULL else 10)
    assert wrong == {}


@pytest.mark.parametrize("address", ["/search/?q=a%00b", "/search/?%00=1", "/a%00b/"])
def test_an_address_with_a_zero_byte_is_refused(client, address, caplog):
    caplog.set_level("CRITICAL", "django")

    answer = client.get(address)

    assert (answer.status_code, answer.text) == (400, "网址中有无效字符。")


@pytest.mark.parametrize("key", [2**63, 2**64])
def test_a_bureau_beyond_any_number_is_not_found(key, caplog):
    caplog.set_level("CRITICAL", "django")
    client = logged_in(member(Role.LEGAL_OFFICER, BureauFactory()))

    assert client.get(f"/bureaus/{key}/").status_code == 404


@pytest.mark.parametrize("huge", HUGE if FULL else HUGE[-1:])
def test_a_key_beyond_any_number_is_not_there(world, huge, caplog):
    caplog.set_level("CRITICAL", "django")
    clients = {role: logged_in(user) for role, user in world.logins.items()}
    for client in clients.values():
        client.raise_request_exception = False
    found = {}

    for name in share(sorted(set(MATRIX) & set(RECORDS)), 2):
        keys = RECORDS[name](world.places["own"])
        if not any(isinstance(key, int) for key in keys) or who_may(name) is None:
            continue
        replaced = [huge if isinstance(key, int) else key for key in keys]
        client = clients[who_may(name)]
        address = reverse(f"reports:{name}", args=replaced)
        answer = getattr(client, METHODS.get(name, "get"))(address)
        if answer.status_code not in (403, 404):
            found[name] = (answer.status_code, answer.exc_info and answer.exc_info[1])

    assert found == {}
