"""The set-up against a strict stand-in: once, twice, in another space, and when something is wrong."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.kibana_fake import KEY, Fake, kibana
from wirewatch.errors import Unavailable, UserError, WirewatchError
from wirewatch.kibana.setup import Kibana
from wirewatch.model import Watch
from wirewatch.settings.schema import KibanaSettings

WATCHES = (Watch(name="kim-putin", query="Kim AND Путин"), Watch(name="on-topic", topics=("russia-north-korea",)))
ALIAS = "wirewatch-articles"


@pytest.fixture
def fake() -> Iterator[Fake]:
    with kibana() as running:
        yield running


@pytest.fixture
def there(fake: Fake) -> Iterator[Callable[..., Kibana]]:
    made: list[Kibana] = []

    def connect(space: str = "default", key: str = KEY) -> Kibana:
        made.append(Kibana(KibanaSettings(url=fake.url, api_key=key), space))
        return made[-1]

    yield connect
    for each in made:
        each.close()


def line(error: pytest.ExceptionInfo[WirewatchError]) -> str:
    assert "\n" not in str(error.value)
    assert KEY not in str(error.value)
    return str(error.value)


def everything(kibana: Kibana) -> list[str]:
    kibana.check()
    links = kibana.install(ALIAS)
    kibana.defaults()
    assert kibana.watch(WATCHES, ALIAS) == len(WATCHES)
    return links


def test_twice_is_as_once(fake: Fake, there: Callable[..., Kibana]) -> None:
    links = everything(there())
    state = (dict(fake.objects), dict(fake.rules), dict(fake.connectors), dict(fake.settings))

    assert everything(there()) == links
    assert (fake.objects, fake.rules, fake.connectors, fake.settings) == state
    assert len(fake.objects) == 6
    assert len(fake.rules) == 2
    assert any(link.startswith(f"{fake.url}/app/dashboards") for link in links)


def test_another_space_has_objects_of_its_own(fake: Fake, there: Callable[..., Kibana]) -> None:
    there().install(ALIAS)
    links = there("desk").install(ALIAS)

    assert len(fake.objects) == 12
    assert all(link.startswith(f"{fake.url}/s/desk/app/") for link in links)


def test_links_follow_an_object_that_was_given_another_id(fake: Fake, there: Callable[..., Kibana]) -> None:
    fake.destination = "another-id"

    assert any(link.endswith("/view/another-id") for link in there().install(ALIAS))


def test_a_bar_whose_schema_has_no_type_is_told_how_to_cross_fields(fake: Fake, there: Callable[..., Kibana]) -> None:
    assert "Kim AND Putin" in there().defaults()
    assert "default_operator" in fake.settings["default"]["query:queryString:options"]

    fake.bar_keys |= {"type"}
    assert "across fields" in there().defaults()


def test_defaults_that_are_refused_are_advice_and_no_error(fake: Fake, there: Callable[..., Kibana]) -> None:
    fake.bar_keys = frozenset()

    assert "by hand" in there().defaults()


@pytest.mark.parametrize(("status", "said"), [(401, "api_key"), (403, "lets this login not"), (404, "no space"), (503, "ready")])
def test_an_answer_that_refuses_is_one_line(fake: Fake, there: Callable[..., Kibana], status: int, said: str) -> None:
    fake.status = status

    with pytest.raises(Unavailable, match=said) as told:
        there().install(ALIAS)
    line(told)


def test_a_wrong_key_is_one_line(there: Callable[..., Kibana]) -> None:
    with pytest.raises(Unavailable, match=r"kibana\.api_key") as told:
        there(key="wrong").install(ALIAS)
    line(told)


def test_a_kibana_that_starts_is_waited_for_by_the_user(fake: Fake, there: Callable[..., Kibana]) -> None:
    fake.level = "unavailable"

    with pytest.raises(Unavailable, match="wait until"):
        there().check()


def test_an_import_that_fails_inside_a_200_is_an_error(fake: Fake, there: Callable[..., Kibana]) -> None:
    fake.refuse = True

    with pytest.raises(Unavailable, match="didn't take everything: index-pattern wirewatch-default: unknown") as told:
        there().install(ALIAS)
    line(told)


def test_an_answer_cut_in_the_middle_is_one_line(fake: Fake, there: Callable[..., Kibana]) -> None:
    fake.cut = True

    with pytest.raises(Unavailable, match="can't be reached") as told:
        there().install(ALIAS)
    line(told)


def test_nobody_there_is_one_line() -> None:
    with (
        closing(Kibana(KibanaSettings(url="http://127.0.0.1:9"), "default")) as kibana,
        pytest.raises(Unavailable, match="reached"),
    ):
        kibana.check()


def test_without_a_url_the_user_is_told_where_to_set_it() -> None:
    with pytest.raises(UserError, match=r"kibana\.url"):
        Kibana(KibanaSettings(), "default")


def test_a_rules_query_is_the_watchs_query(fake: Fake, there: Callable[..., Kibana]) -> None:
    there().watch(WATCHES, ALIAS)

    (query,) = (rule["params"]["esQuery"] for rule in fake.rules.values() if rule["name"].endswith("kim-putin"))
    assert '"putin"' in query
    assert {rule["params"]["timeField"] for rule in fake.rules.values()} == {"indexed_at"}
