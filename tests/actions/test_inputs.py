"""Answers as people type them, against the shipped checklist."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions import input_errors as refused
from actions.asking import looks_like_question
from actions.checklist import fits
from actions.inputs import check, read_answer
from playbook.checklist import Kind
from playbook.procedure import load_procedure

TODAY = date(2026, 11, 24)
QUESTIONS = load_procedure().checklist.questions
CODE = "91110000600037341L"


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        ("company", " 绿源印染有限公司 ", "绿源印染有限公司"),
        ("land", "集体土地", "集体建设用地"),
        ("land", "集体", "集体建设用地"),
        ("land", "2", "集体建设用地"),
        ("land", "国有", "国有出让"),
        ("industry", "印染", "印染纺织"),
        ("findings", "危废和石棉", ["危险废物", "石棉"]),
        ("findings", "石棉、危险废物", ["危险废物", "石棉"]),
        ("findings", "没有", ["都没有"]),
        ("agreement", "好像签过", None),
        ("agreement", "有", True),
        ("agreement", "没有。", False),
        ("staff", "31人", 31),
        ("staff", "约30名", 30),
        ("staff", "三十一", 31),
        ("members", "10万+", 100_000),
        ("waste_amount", "3.5吨", 3.5),
        ("unpaid", "120", 1_200_000),
        ("unpaid", "120 万元", 1_200_000),
        ("unpaid", "1.2亿", 120_000_000),
        ("unpaid", "8,000元", 8_000),
        ("unpaid", "￥8000", 8_000),
        ("unpaid", "三百万", 3_000_000),
        ("unpaid", "0", 0),
        ("closure_date", "三个月后", "2027-02-24"),
        ("phone", "+86 138 1234 2046", "13812342046"),
        ("phone", "021-6961 2345", "02169612345"),
        ("uscc", "９１１１００００６０００３７３４１ｌ", CODE),
    ],
)
def test_what_is_understood(question: str, text: str, value: Any) -> None:
    if value is None:
        with pytest.raises(refused.NotYesNo):
            read_answer(QUESTIONS[question], text, TODAY)
        return
    read = read_answer(QUESTIONS[question], text, TODAY)
    assert read == value
    assert fits(QUESTIONS[question], read)


@pytest.mark.parametrize(
    ("question", "text", "kind"),
    [
        ("uscc", f"{CODE[:-1]}M", refused.CodeCheckDigit),
        ("uscc", CODE[:-1], refused.CodeLength),
        ("uscc", f"I{CODE[1:]}", refused.CodeCharacters),
        ("closure_date", "2月31日", refused.DateImpossible),
        ("unpaid", "-5", refused.OutOfBounds),
        ("unpaid", "很多", refused.NotMoney),
        ("staff", "-1", refused.OutOfBounds),
        ("staff", "nan", refused.NotANumber),
        ("staff", "😀", refused.NotANumber),
        ("company", "😀", refused.NotText),
        ("company", "甲" * 5000, refused.OutOfBounds),
        ("unpaid_items", "甲" * 5000, refused.TextTooLong),
        ("land", "甲" * 5000, refused.NotAChoice),
        ("staff", "1" * 5000, refused.NotANumber),
        ("phone", "1" * 5000, refused.NotAPhone),
        ("phone", "123", refused.NotAPhone),
        ("findings", "都没有和石棉", refused.ChoiceAlone),
        ("industry", "不好说", refused.NotAChoice),
        ("plan_file", "在路上", refused.FileWanted),
    ],
)
def test_what_is_refused_in_one_line(question: str, text: str, kind: type[refused.AnswerRefused]) -> None:
    with pytest.raises(kind) as caught:
        read_answer(QUESTIONS[question], text, TODAY)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@given(st.sampled_from(sorted(QUESTIONS)), st.text(max_size=80))
def test_whatever_is_written_fits_or_is_refused(question: str, text: str) -> None:
    try:
        value = read_answer(QUESTIONS[question], text, TODAY)
    except refused.AnswerRefused:
        return
    assert fits(QUESTIONS[question], value)
    assert check(QUESTIONS[question], value) == value


@pytest.mark.parametrize("question", [q for q in QUESTIONS.values() if q.choices], ids=lambda q: q.id)
def test_every_choice_is_understood_by_its_own_words(question: Any) -> None:
    for choice in question.choices:
        for word in (choice.text, *choice.also):
            read = read_answer(question, word, TODAY)
            assert read == (choice.text if question.type is Kind.choice else [choice.text])


@pytest.mark.parametrize(
    "text",
    [
        "低价转让怎么认定？",
        "低价转让怎么认定",
        "多久回访一次?",
        "这种情况能申请稳岗补贴吗",
        "石棉拆除找谁",
        "专班由哪些部门组成",
        "土壤没修好能先卖厂房吗",
        "稳岗补贴怎么申请",
        "联席会议多久开一次",
        "回访要问什么",
    ],
)
def test_questions(text: str) -> None:
    assert looks_like_question(text, Kind.text) or not text.endswith(("？", "?"))
    assert looks_like_question(text, Kind.choice)


@pytest.mark.parametrize(
    "text",
    [
        "绿源印染有限公司",
        "老厂房，怎么处理还没定",
        "客户问过几次，没回",
        "三号车间",
        "工作日下午",
        "微信和抖音",
        "？",
        "长三角200家超市",
    ],
)
def test_answers(text: str) -> None:
    assert not looks_like_question(text, Kind.text)
