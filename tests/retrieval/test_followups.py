"""Follow-ups without a chat model: what each kind is taken to mean, and how often that comes right.

The dialogues' sets are told apart in `tools.bench_followups`. The bounds are floors, not wishes.
"""

from collections import Counter

import pytest

from retrieval.asking import asks, core, is_condition, numbered, points_back, tail
from retrieval.followups import Turn, carried
from retrieval.library import Library
from retrieval.search import Found
from tools.bench_followups import read, shares, turn

FIRST_RIGHT = {"dev": 0.93, "held": 0.9, "fresh": 0.85}
FROM_CONVERSATION = 0.25
"""What the conversation adds, at least, to the share of first citations that are right."""
UNRELATED_CHANGED = 0.02
REVISITS = "停业企业多久回访一次？"
FUND = "公积金单位登记多久之内注销？"
END = "企业停业了劳动合同自动终止吗？"


def after(library: Library, before: str, question: str) -> str:
    return library.understood(question, [turn(library.ask(before))])


@pytest.fixture(scope="module")
def measured(library: Library) -> dict[str, float]:
    return shares(library)


def test_the_dialogues_are_whole() -> None:
    rows = read("dialogues")
    assert len({tuple(row["turns"]) for row in rows}) == len(rows)
    assert all(len(row["turns"]) > 1 for row in rows)
    assert Counter((row["set"], bool(row["gold"])) for row in rows) == {
        ("dev", True): 46, ("held", True): 50, ("fresh", True): 25,
        ("dev", False): 12, ("held", False): 12, ("fresh", False): 4,
    }  # fmt: skip


@pytest.mark.parametrize("name", FIRST_RIGHT)
def test_the_first_source_answers_what_was_meant(measured: dict[str, float], name: str) -> None:
    right, alone = measured[f"{name}: first citation right"], measured[f"{name}: without the conversation"]
    assert right >= FIRST_RIGHT[name]
    assert right - alone >= FROM_CONVERSATION


def test_a_new_question_is_answered_as_if_nothing_had_been_asked_before(measured: dict[str, float]) -> None:
    assert measured["unrelated: changed"] <= UNRELATED_CHANGED


def test_what_lies_outside_is_refused_after_a_conversation_too(measured: dict[str, float]) -> None:
    assert [measured[f"{name}: outside refused"] for name in FIRST_RIGHT] == [1, 1, 1]
    assert measured["outside: changed"] == 0


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        (REVISITS, "谁来做？", "停业企业回访机制，谁来做"),
        (REVISITS, "具体怎么做", "停业企业回访机制，具体怎么做"),
        (REVISITS, "为什么？", "停业企业回访机制，为什么"),
        (REVISITS, "有没有案例", "停业企业回访机制，有没有案例"),
        (REVISITS, "還有別的辦法嗎", "停业企业回访机制，还有别的办法吗"),
        ("联席会议由谁召集？", "要多久？", "停业企业生态处置联席会议，要多久"),
        ("稳岗补贴怎么申请？", "多少钱", "稳岗补贴，多少钱"),
        (END, "那如果是破产的呢？", "合同终止，如果是破产"),
        ("农业企业停业先做什么？", "合作社也一样吗", "分类施策：按行业，合作社也一样吗"),
        (FUND, "那社保呢", "社保多久之内注销"),
        ("集体土地的厂房怎么处置？", "那工业用地呢", "工业用地怎么处置"),
    ],
)
def test_each_kind_of_follow_up_is_carried(library: Library, before: str, question: str, meant: str) -> None:
    assert after(library, before, question) == meant


@pytest.mark.parametrize(
    "question",
    [
        "公积金账户多久要转移", "那停业客户数据库建成了吗", "歇业最长能歇几年", "怎么裁员", "那家民宿卖给谁了",
        "食堂中午吃什么", "那今天星期几", "你吃饭了吗", "谢谢", "How often?", "？",
        "老板把机器贱卖给亲戚了，这个能不能追回来",
        "好的", "知道了", "收到", "不用了", "在吗", "不是这个",
    ],
)  # fmt: skip
def test_what_stands_by_itself_is_left_as_it_is(library: Library, question: str) -> None:
    assert after(library, REVISITS, question) == question


def test_the_first_question_is_left_as_it_is(library: Library) -> None:
    assert library.understood("谁来做？", []) == "谁来做？"


def test_a_topic_lives_on_and_does_not_pile_up(library: Library) -> None:
    earlier = [turn(library.ask(REVISITS))]
    for question in ("谁来做？", "具体怎么做", "联系不上怎么办"):
        meant = library.understood(question, earlier)
        assert meant == f"停业企业回访机制，{question.rstrip('？')}"
        earlier.append(turn(library.ask(meant)))


def test_a_matter_that_took_anothers_place_is_what_the_next_question_is_about(library: Library) -> None:
    earlier = [turn(library.ask(FUND))]
    earlier.append(turn(library.ask(library.understood("那社保呢", earlier))))
    assert library.understood("具体怎么做", earlier) == "社保与档案，具体怎么做"


def test_what_follows_on_from_a_refusal_is_refused_and_not_answered_from_before_it(library: Library) -> None:
    earlier = [turn(library.ask(REVISITS)), turn(library.ask("外资企业设立登记要带哪些证件？"))]
    assert earlier[-1].titles == ()
    for question in ("要多久", "谁来办"):
        meant = library.understood(question, earlier)
        assert meant.startswith("外资企业设立登记要带哪些证件，")
        answer = library.ask(meant)
        assert answer.refused
        earlier.append(turn(answer))


def test_a_source_is_counted_out_by_its_mark(library: Library) -> None:
    earlier = [Turn("停业品牌价值怎么盘点", ("停业品牌价值盘点", "品牌授权收益"))]
    assert library.understood("第二条说的是什么", earlier) == "品牌授权收益，第二条说的是什么"
    assert library.understood("[1]是什么意思", earlier) == "停业品牌价值盘点，[1]是什么意思"
    assert library.understood("第三条说的是什么", earlier) == "停业品牌价值盘点，第三条说的是什么"


def test_what_was_learnt_for_a_question_is_its_answer_wherever_it_is_asked(library: Library) -> None:
    def taught(question: str) -> Found:
        found = library.search.find(question)
        return Found(question, found.wording, found.vector, found.rarity, found.unknown, found.candidates, taught=True)

    earlier = [turn(library.ask(REVISITS))]
    assert carried("谁来做", earlier, library.search.find, library.refusal.margin) != "谁来做"
    assert carried("谁来做", earlier, taught, library.refusal.margin) == "谁来做"


# Wording


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("那设备呢？", "设备"), ("那么，破产的话呢", "破产"), ("那家民宿呢", "那家民宿"), ("還有設備呢", "设备"),
        ("还有谁要参加", "还有谁要参加"), ("好的，谁来做吧", "谁来做"), ("？", ""),
    ],
)  # fmt: skip
def test_what_ties_a_question_to_another_is_left_out(question: str, asked: str) -> None:
    assert core(question) == asked


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (FUND, "多久之内注销"), ("集体土地的厂房怎么处置？", "怎么处置"), (END, ""), ("哪些企业要买生态责任保险", ""),
        ("联席会议由谁召集？", "由谁召集"),
    ],
)  # fmt: skip
def test_what_is_asked_of_a_matter_is_its_tail(question: str, asked: str) -> None:
    assert tail(question) == asked


@pytest.mark.parametrize("question", ["那设备呢", "它花了多少", "这些数据去哪了", "合作社也一样吗"])
def test_some_wordings_point_back(question: str) -> None:
    assert points_back(question)


@pytest.mark.parametrize("question", ["谁来做", "治好的地就让它荒着吗", "新能源材料那家是谁"])
def test_others_do_not(question: str) -> None:
    assert not points_back(question)


@pytest.mark.parametrize(
    "question", ["谁来做", "能追回来不", "行不行", "要多久", "具体点", "案例", "破产的呢", "還有嗎"]
)
def test_some_words_ask(question: str) -> None:
    assert asks(question)


@pytest.mark.parametrize("question", ["好的", "对", "在吗？", "收到", "辛苦了", "不用了", "公积金"])
def test_courtesies_and_names_do_not(question: str) -> None:
    assert not asks(question)


def test_conditions_and_numbers_are_read() -> None:
    assert is_condition("那如果是破产的呢")
    assert not is_condition("破产的呢")
    assert [numbered(each) for each in ("第二条呢", "看看[3]", "第5点", "第十条", "两条")] == [2, 3, 5, None, None]
