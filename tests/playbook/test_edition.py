"""Editions: the same text has the same name, another text has another."""

from datetime import date
from pathlib import Path

import pytest

from playbook.edition import Edition, edition_digest, text_of, texts_of
from playbook.loader import load_playbook
from playbook.model import Law, Pillar, Playbook, Section


def section(**changed: object) -> Section:
    values = {
        "id": "revisit",
        "kind": "section",
        "title": "停业企业回访",
        "pillar": Pillar.policy,
        "applies_to": (),
        "asks": ("多久回访一次",),
        "related": (),
        "source": "测试",
        "body": "停业企业每季度回访一次。",
    }
    return Section.model_validate(values | changed)


def law(**changed: object) -> Law:
    values = {
        "id": "law-soil",
        "kind": "law",
        "title": "土壤污染责任",
        "pillar": Pillar.ecology,
        "articles": "第四十五条",
        "caution": "引用前请核对现行有效文本",
        "asks": (),
        "related": (),
        "source": "测试",
        "body": "责任人承担修复义务。",
    }
    return Law.model_validate(values | changed)


@pytest.mark.parametrize("changed", [{"title": "回访"}, {"body": "停业企业每月回访一次。"}])
def test_what_people_read_makes_another_text(changed: dict[str, object]) -> None:
    assert text_of(section(**changed)) != text_of(section())


def test_a_caution_is_part_of_the_text() -> None:
    assert text_of(law(caution="引用前请核对新法")) != text_of(law())


def test_title_and_body_do_not_run_into_each_other() -> None:
    assert (
        text_of(section(title="回访", body="一次。")).digest != text_of(section(title="回访一次。", body="。")).digest
    )
    assert text_of(section(title="甲乙", body="丙")).digest != text_of(section(title="甲", body="乙丙")).digest


@pytest.mark.parametrize(
    "changed", [{"asks": ("回访多久",)}, {"related": ("soil",)}, {"source": "别处"}, {"applies_to": ("全部",)}]
)
def test_what_nobody_reads_does_not(changed: dict[str, object]) -> None:
    assert text_of(section(**changed)) == text_of(section())


def test_an_edition_is_of_all_texts_in_whatever_order() -> None:
    both = texts_of([section(), law()])
    assert edition_digest(both) == edition_digest(texts_of([law(), section()]))
    others = [texts_of([section()]), texts_of([section(body="另一句。"), law()]), texts_of([section(id="x"), law()])]
    assert len({edition_digest(each) for each in [both, *others]}) == 4


def test_the_shipped_playbook_has_one_name_wherever_it_lies(tmp_path: Path) -> None:
    def name(playbook: Playbook) -> str:
        return edition_digest(texts_of(playbook.entries.values()))

    shipped = load_playbook()
    copied = [entry.model_copy() for entry in reversed(shipped.entries.values())]
    assert name(shipped) == name(Playbook.of(copied))
    assert len(name(shipped)) == 6


def test_an_edition_is_read_as_it_was_kept() -> None:
    edition = Edition("a3f9c2", date(2026, 11, 27))
    assert str(edition) == "2026-11-27 a3f9c2"
    assert Edition.read(str(edition)) == edition
