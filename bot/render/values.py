"""Answers as officers read them."""

from datetime import date

from actions.checklist import Step, Value
from bot.messages import intake as wording
from playbook.checklist import Kind, Question


def step_value(step: Step) -> str:
    """The answer of a step, also where there is none or it was skipped."""
    return value(step.question, step.value) if step.answered else wording.UNANSWERED


def value(question: Question, answer: Value) -> str:
    """An answer to a question."""
    if answer is None:
        return wording.SKIPPED
    if question.type is Kind.yes_no:
        return wording.YES if answer else wording.NO
    if question.type is Kind.choices:
        return "、".join(answer)
    if question.type is Kind.money:
        return wording.money(answer)
    if question.type is Kind.number:
        return f"{answer:,g}{question.unit or ''}"
    if question.type is Kind.date:
        return wording.day(date.fromisoformat(answer))
    return str(answer["name"] if question.type is Kind.file else answer)


def step_label(step: Step) -> str:
    """What a step is about; which item, where there may be several."""
    return f"{step.question.label}（{step.item}）" if step.item else step.question.label
