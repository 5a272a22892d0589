"""What the playbook is made of: sections, past cases and law notes, each one Markdown file with a front matter.

The fields are the front matter's keys; the README explains them to officers. Nothing here knows how a file is
read (`loader`) or what is done with a passage (`retrieval`).
"""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=50)]


class Pillar(StrEnum):
    """The five pillars of the playbook, and the outlook."""

    policy = "policy"
    asset = "asset"
    brand = "brand"
    relationship = "relationship"
    ecology = "ecology"
    outlook = "outlook"

    @property
    def label(self) -> str:
        """The name officers know it by."""
        return _LABELS[self]


_LABELS = {
    Pillar.policy: "政策衔接",
    Pillar.asset: "资产处置",
    Pillar.brand: "品牌延续",
    Pillar.relationship: "情感维系",
    Pillar.ecology: "生态协同",
    Pillar.outlook: "总结展望",
}


class Entry(BaseModel):
    """What every file has. `asks` are questions that it answers, in officers' words: search reads them, answers do
    not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    kind: str
    title: Text
    asks: tuple[Text, ...]
    related: tuple[Id, ...]
    source: Text
    body: Text

    @property
    def main_pillar(self) -> Pillar:
        """The pillar under which it is shown."""
        raise NotImplementedError

    @property
    def notice(self) -> str | None:
        """A caution that must be printed whenever this entry is cited."""
        return None


class Section(Entry):
    """One mechanism of the playbook: what it is, who does it, when, with which result."""

    kind: Literal["section"]
    pillar: Pillar
    applies_to: tuple[Text, ...]

    @property
    def main_pillar(self) -> Pillar:  # noqa: D102 (inherited)
        return self.pillar


class Case(Entry):
    """One company that closed: what was done, the figures, the lesson. `year` is None where the source names none.

    `industries`, `reasons` (choices of the checklist) and `pollution` are what similar cases are filtered by; empty or
    None where the source does not say.
    """

    kind: Literal["case"]
    pillars: Annotated[tuple[Pillar, ...], Field(min_length=1)]
    year: int | None
    industry: Text
    reason: Text
    industries: tuple[Text, ...] = ()
    reasons: tuple[Text, ...] = ()
    pollution: bool | None = None
    figures: tuple[Text, ...]
    lesson: Text

    @property
    def main_pillar(self) -> Pillar:  # noqa: D102 (inherited)
        return self.pillars[0]


class Law(Entry):
    """A national rule, its articles, and the caution under which alone it may be cited."""

    kind: Literal["law"]
    pillar: Pillar
    articles: Text
    caution: Text

    @property
    def main_pillar(self) -> Pillar:  # noqa: D102 (inherited)
        return self.pillar

    @property
    def notice(self) -> str | None:  # noqa: D102 (inherited)
        return self.caution


class Playbook(BaseModel):
    """All entries by id, in the order of their files."""

    model_config = ConfigDict(frozen=True)

    entries: dict[str, Section | Case | Law]

    @classmethod
    def of(cls, entries: list[Section | Case | Law]) -> Self:
        """A playbook of these entries."""
        return cls(entries={entry.id: entry for entry in entries})
