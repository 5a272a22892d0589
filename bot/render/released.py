"""A finished case as a past case: figures and what was done; no company, no names, no contact.

Only choices, counts and the titles of rules go in: whatever officers typed might name somebody.
"""

from actions.dossier import Dossier
from actions.model import Task, TaskStatus
from bot.messages import released as wording
from playbook.checklist import Procedure
from playbook.model import Case, Pillar

DAYS_A_MONTH = 30


def past_case(dossier: Dossier, procedure: Procedure) -> Case:
    """The past case that an archived case becomes."""
    case, known = dossier.case, dossier.path.facts.values
    assert case.opened_on is not None
    year = (case.closure_date or case.opened_on).year
    done = [task for task in dossier.tasks if task.status is TaskStatus.DONE and task.rule in procedure.rules.by_id]
    months = round(
        ((case.archived_at.date() if case.archived_at else case.opened_on) - case.opened_on).days / DAYS_A_MONTH
    )
    lesson = wording.lesson(len(done), max(1, months))
    kinds = [
        str(item.values["asset_kind"]) for item in dossier.path.items.get("assets", ()) if item.values["asset_kind"]
    ]
    findings = [str(finding) for finding in known.get("findings") or ()]
    lines = [
        wording.opening(year, case.industry, case.reason, case.stage),
        wording.found(findings) if dossier.path.polluted else "",
        wording.assets(kinds) if kinds else "",
        *_done(done, procedure),
        lesson,
    ]
    pillars = tuple(dict.fromkeys(Pillar(task.pillar) for task in done)) or (Pillar.policy,)
    return Case(
        id=f"case-{case.id.lower()}",
        kind="case",
        title=wording.title(year, case.industry),
        pillars=pillars,
        year=year,
        industry=case.industry,
        reason=case.reason,
        industries=(case.industry,),
        reasons=(case.reason,),
        pollution=dossier.path.polluted,
        figures=(wording.staff(known["staff"]),) if known.get("staff") else (wording.NO_FIGURES,),
        lesson=lesson,
        asks=(wording.ask(case.industry, case.reason),),
        related=tuple(dict.fromkeys(task.source for task in done if task.source))[:5],
        source=wording.SOURCE,
        body="\n\n".join(line for line in lines if line),
    )


def _done(done: list[Task], procedure: Procedure) -> list[str]:
    lines = []
    for pillar in Pillar:
        rules = (procedure.rules.by_id[task.rule or ""] for task in done if task.pillar == pillar.value)
        titles = list(dict.fromkeys(rule.title.split("：")[0].replace("第{n}次", "").split("（")[0] for rule in rules))
        if titles:
            lines.append(wording.done(pillar.label, titles))
    return lines
