"""`retrieval.likeness` and `Library.cases_like`: past cases by what they share, widened one step at a time."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.model import Case
from playbook.released import write_case
from retrieval.library import Library, LibrarySettings
from retrieval.likeness import Traits, widening
from tests.retrieval.toy import ToyEmbedder, past, use_toy, write_playbook

DYEING, SPOILT = "印染纺织", "环保不达标"
DYE_WORKS = Traits(DYEING, SPOILT, True)


ALL = [
    past("none"),
    past("i", DYEING),
    past("r", None, SPOILT),
    past("p", None, None, True),
    past("ir", DYEING, SPOILT),
    past("ip", DYEING, None, True),
    past("rp", None, SPOILT, True),
    past("irp", DYEING, SPOILT, True),
]


@pytest.mark.parametrize(
    ("traits", "order"),
    [
        (DYE_WORKS, ["irp", "rp", "ip", "ir", "p", "r", "i"]),
        (Traits(DYEING, SPOILT), ["ir irp", "r rp", "i ip"]),
        (Traits(DYEING), ["i ir ip irp"]),
        (Traits(pollution=False), ["none i r p ir ip rp irp"]),
        (Traits("化工", "破产", False), ["none i r p ir ip rp irp"]),
        (Traits(), ["none i r p ir ip rp irp"]),
    ],
)
def test_pollution_is_given_up_last_and_what_shares_nothing_comes_alone(traits: Traits, order: list[str]) -> None:
    assert [" ".join(ids) for ids in widening(ALL, traits).values()] == order


traits = st.builds(
    Traits,
    st.none() | st.sampled_from([DYEING, "化工"]),
    st.none() | st.sampled_from([SPOILT, "破产"]),
    st.none() | st.booleans(),
)


@given(st.lists(st.sampled_from(ALL), unique_by=lambda case: case.id), traits)
def test_each_case_stands_in_one_step_at_most_and_each_step_shares_no_more_than_the_last(
    cases: list[Case], wanted: Traits
) -> None:
    steps = widening(cases, wanted)
    ids = [id_ for each in steps.values() for id_ in each]
    assert len(ids) == len(set(ids))
    assert set(ids) == {case.id for case in cases if wanted.shared_with(case)} or steps.keys() <= {()}
    assert [len(shares) for shares in steps] == sorted((len(shares) for shares in steps), reverse=True)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ToyEmbedder:
    return use_toy(monkeypatch)


@pytest.fixture
def at(tmp_path: Path, model: ToyEmbedder) -> LibrarySettings:
    """A small playbook, a folder of released cases, and a place for the index."""
    return LibrarySettings(
        tmp_path / "index", write_playbook(tmp_path / "playbook"), released=tmp_path / "released" / "cases"
    )


def alike(library: Library, text: str, wanted: Traits, limit: int = 3) -> list[tuple[str, str]]:
    """The ids of the cases found with the first letters of what they share."""
    found = library.cases_like(text, wanted, limit)
    return [(each.hit.passage.source_id, "".join(trait[0] for trait in each.shares)) for each in found]


def test_nearness_decides_within_a_step_and_never_between_steps(at: LibrarySettings) -> None:
    assert at.released
    write_case(at.released, past("case-far", DYEING, SPOILT, True, body="完全另外一回事。"))
    write_case(at.released, past("case-near", None, SPOILT, True, body="染料废水处理设备拆除。"))
    write_case(at.released, past("case-nearer", None, SPOILT, True, body="染料废水。\n\n染料废水处理。"))
    write_case(at.released, past("case-other", "化工", body="染料废水。"))
    library = Library(at)
    assert alike(library, "染料废水", DYE_WORKS) == [("case-far", "irp"), ("case-nearer", "rp"), ("case-near", "rp")]
    assert alike(library, "染料废水", DYE_WORKS, limit=1) == [("case-far", "irp")]
    assert alike(library, "染料废水", DYE_WORKS, limit=9)[3:] == []
    assert alike(library, "染料废水", Traits("建材"), limit=1) == [("case-other", "")]
    library.close()


def test_the_one_that_shares_all_is_found_among_many_nearer_ones(at: LibrarySettings) -> None:
    assert at.released
    for n in range(60):
        write_case(at.released, past(f"case-{n}", pollution=True, body=f"染料废水第{n}号。"))
    write_case(at.released, past("case-all", DYEING, SPOILT, True, body="完全另外一回事。"))
    library = Library(at)
    assert alike(library, "染料废水", DYE_WORKS, 1) == [("case-all", "irp")]
    library.close()


def test_two_cases_of_the_same_words_are_told_apart(at: LibrarySettings) -> None:
    assert at.released
    write_case(at.released, past("case-a", DYEING, body="一家企业停业。"))
    write_case(at.released, past("case-b", None, SPOILT, body="一家企业停业。"))
    library = Library(at)
    assert alike(library, "停业", Traits(DYEING, SPOILT)) == [("case-b", "r"), ("case-a", "i")]
    library.close()


def test_a_playbook_that_is_being_edited_stops_no_search(at: LibrarySettings) -> None:
    library = Library(at)
    (at.playbook / "sections" / "soil.md").write_text("没有文件头", "utf-8")
    assert alike(library, "农场", Traits(DYEING)) == [("case-farm", "")]
    library.close()


@pytest.mark.parametrize(
    ("wanted", "text", "first"),
    [
        (DYE_WORKS, "印染纺织，环保不达标", ("case-2023-dye-works", "ir")),
        (Traits("生态农业", "战略转移"), "生态农业，战略转移", ("case-2021-organic-farm", "ir")),
        (Traits("生态农业", None, None), "合作社的品牌", ("case-2020-egg-cooperative", "i")),
        (Traits("化工", "破产", True), "金属加工，破产，土壤", ("case-2019-metalworks", "rp")),
        (Traits("其他", "市场淘汰"), "石棉瓦厂房怎么拆", ("case-2022-asbestos", "")),
    ],
)
def test_the_bundled_cases(library: Library, wanted: Traits, text: str, first: tuple[str, str]) -> None:
    found = alike(library, text, wanted)
    assert found[0] == first
    assert len({id_ for id_, _ in found}) == len(found)
