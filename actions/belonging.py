"""To which case something belongs, or to whom: what rights are asked about. None where there is no such thing."""

from actions.store import CaseLog


class Belonging:
    """Reads; changes nothing."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    def case_of_task(self, task_id: int) -> str | None:
        """The case that a task is part of."""
        return self._case("select case_id from tasks where id = ?", task_id)

    def case_of_file(self, file_id: int) -> str | None:
        """The case that a file was sent for."""
        return self._case("select case_id from files where id = ?", file_id)

    def case_of_walk(self, officer_id: int) -> str | None:
        """The case that somebody is walking through."""
        return self._case("select case_id from walks where officer_id = ?", officer_id)

    def case_of_contact(self, contact_id: int) -> str | None:
        """The case that a visit is told about."""
        return self._case("select case_id from contacts where id = ?", contact_id)

    def teller(self, contact_id: int) -> int | None:
        """Who tells of a visit."""
        return self._owner("select officer_id as owner from contacts where id = ?", contact_id)

    def receiver(self, handover_id: int) -> int | None:
        """Who is asked to take a case over."""
        return self._owner("select to_id as owner from handovers where id = ?", handover_id)

    def proposer(self, proposal_id: int) -> int | None:
        """For whom a card was made."""
        return self._owner("select officer_id as owner from proposals where id = ?", proposal_id)

    def asker(self, question_id: int, chat_id: int) -> int | None:
        """Who has asked a question; nobody in particular in the chat of its answer: in a group it is everybody's."""
        sql = "select officer_id as owner from questions where id = ? and chat_id is not ?"
        return self._owner(sql, question_id, chat_id)

    def _case(self, sql: str, id_: int) -> str | None:
        row = self._log.row(sql, [id_])
        return row["case_id"] if row else None

    def _owner(self, sql: str, *ids: int) -> int | None:
        row = self._log.row(sql, ids)
        return row["owner"] if row else None
