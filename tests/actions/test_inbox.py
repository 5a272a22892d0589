"""`actions.inbox`: what is kept, for how long, and what is set aside."""

from datetime import UTC, datetime, timedelta

import pytest

from actions.inbox import Inbox, KeptUpdate
from actions.store import CaseLog

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def inbox(log: CaseLog) -> Inbox:
    return Inbox(log)


def ids(inbox: Inbox) -> list[int]:
    return [kept.update_id for kept in inbox.pending()]


def test_kept_until_handled(inbox: Inbox) -> None:
    body = {"update_id": 5, "message": {"text": "停业怎么办 \ud83d"}}  # half an emoji: people send what they like
    assert inbox.keep(5, body, NOW)
    assert inbox.pending() == [KeptUpdate(5, body, attempts=0)]
    inbox.handled(5, NOW)
    assert inbox.pending() == []


def test_the_same_id_is_kept_once_handled_or_not(inbox: Inbox) -> None:
    assert inbox.keep(5, {"n": 1}, NOW)
    assert not inbox.keep(5, {"n": 2}, NOW)
    inbox.handled(5, NOW)
    assert not inbox.keep(5, {"n": 3}, NOW)
    assert inbox.pending() == []


def test_in_order_of_arrival_also_where_ids_start_anew(inbox: Inbox) -> None:
    for minute, update_id in enumerate([900, 901, 17]):
        inbox.keep(update_id, {}, NOW + timedelta(minutes=minute))
    assert ids(inbox) == [900, 901, 17]


def test_begun_three_times_is_set_aside_and_the_rest_goes_on(
    inbox: Inbox, log: CaseLog, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.keep(5, {}, NOW)
    inbox.keep(6, {}, NOW)
    for attempts in (1, 2):
        inbox.begin(5)
        assert inbox.set_aside(NOW) == []
        assert inbox.pending()[0].attempts == attempts
    inbox.begin(5)
    assert ids(inbox) == [6]
    assert inbox.set_aside(NOW) == [5]
    assert inbox.set_aside(NOW) == []
    assert "update 5 set aside" in caplog.text
    assert log.rows("select verb, subject, detail from events") == [
        {"verb": "set_aside", "subject": "update:5", "detail": '{"attempts": 3}'}
    ]
    assert not inbox.keep(5, {}, NOW)


def test_what_was_handled_is_forgotten_at_once_but_its_id_is_known_for_two_days(inbox: Inbox, log: CaseLog) -> None:
    inbox.keep(5, {"text": "secret"}, NOW)
    inbox.keep(6, {"text": "waiting"}, NOW)
    inbox.handled(5, NOW)
    assert log.row("select body from updates where update_id = 5") == {"body": None}
    inbox.forget(NOW + timedelta(hours=48))
    assert not inbox.keep(5, {}, NOW)
    inbox.forget(NOW + timedelta(hours=48, seconds=1))
    assert inbox.keep(5, {}, NOW)
    assert 6 in ids(inbox)
