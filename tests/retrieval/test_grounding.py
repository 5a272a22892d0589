"""What a chat model wrote, held against the passages it was given: what stands there leaves, what does not is cut."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.embedder import Matrix, load_embedder
from retrieval.grounding import Grounded, Reason, ground
from retrieval.model import Passage
from tools.support import Row, labelled, measured

KEPT, CUT = 0.95, 0.82
"""Floors of what was measured on the held-out sentences: honest ones kept .975, lies cut .846."""
SALE = Passage(
    "sale", 0, "低价转让核查", "section", "asset",
    "停业企业把设备低价转给关联公司的，招商部门应先暂停转让，再联合市场监管部门核查。核查时调取交易流水，并与同类设备的市场价比对。"
    "成交价低于市场价70%的，一般视为明显偏低。2023年，一家企业的转让被撤销，设备转入司法拍卖，得款320万元。",
)  # fmt: skip
VISIT = Passage(
    "visit", 0, "回访机制", "section", "relationship",
    "停业企业每季度回访一次，由招商专员负责，持续一年。回访不催办材料，先问生活。负责人不愿意见面的，可以改用电话。",
)  # fmt: skip
LAW = Passage(
    "law", 0, "民法典第539条：低价转让", "law", "asset",
    "债务人以明显不合理的低价转让财产，影响债权人的债权实现的，债权人可以请求人民法院撤销债务人的行为。",
    notice="引用前请核对现行有效文本",
)  # fmt: skip
TERMS = Passage(
    "terms", 0, "注销的期限与报告", "law", "policy",
    "简易注销须公告至少20日，公告期满后20日内申请登记。清算组应在解散事由出现之日起15日内组成，自成立之日起10日内通知债权人。"
    "土壤调查报告应作为不动产登记资料送登记机构，并报生态环境部门备案。没有核对清楚之前，不宜把拆下的石棉瓦当建筑垃圾处理，由第三方机构拆除。",
)  # fmt: skip
PASSAGES = (SALE, VISIT, LAW, TERMS)


@pytest.fixture(scope="module")
def embed() -> object:
    return load_embedder().passages


def grounded(text: str, embed: object, passages: Sequence[Passage] = PASSAGES) -> Grounded:
    return ground(text, passages, embed)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Case:
    text: str
    reason: Reason | None = None
    marks: tuple[int, ...] = ()


HONEST = [
    Case("先暂停转让，再联合市场监管部门核查。[1]", marks=(1,)),
    Case("招商部门要先暂停转让，然后同市场监管部门一起核查。【1】", marks=(1,)),
    Case("核查时要调取交易流水，和同类设备的市场价作比对。[1]", marks=(1,)),
    Case("成交价低于市场价七成的，一般视为明显偏低。[1]", marks=(1,)),
    Case("设备转入司法拍卖，得款3200000元。[1]", marks=(1,)),
    Case("停业企业每个季度回访一次，持续一年。[2]", marks=(2,)),
    Case("负责人不愿意见面的，可以改用电话。[2]", marks=(2,)),
    Case("债权人可以请求人民法院撤销债务人的行为。[3]", marks=(3,)),
    Case("停业企业每季度回访一次。[1]", marks=(2,)),  # under a wrong mark: put under the right one
    Case("停业企业每季度回访一次。[7]", marks=(2,)),
    Case("简易注销的公告不少于20日。[4]", marks=(4,)),
    Case("清算组要在15日内成立。[4]", marks=(4,)),
    Case("没核对清楚以前，不要把拆下的石棉瓦当建筑垃圾处理。[4]", marks=(4,)),
]
LIES = [
    Case("先暂停转让，再联合市场监管部门核查。", Reason.NO_MARK),
    Case("成交价低于市场价50%的，一般视为明显偏低。[1]", Reason.FIGURE),
    Case("停业企业每月回访一次。[2]"),
    Case("回访要持续三年。[2]", Reason.FIGURE),
    Case("2021年，一家企业的转让被撤销。[1]", Reason.FIGURE),
    Case("得款380万元。[1]", Reason.FIGURE),
    Case("招商部门不必暂停转让。[1]", Reason.NEGATION),
    Case("回访时要先催办材料。[2]", Reason.NEGATION),
    Case("债权人可以按第538条请求撤销。[3]", Reason.FIGURE),
    Case("应由浦东新区税务局负责核查。[1]"),
    Case("低价转让的企业一律吊销营业执照。[1]"),
    Case("土壤调查报告无须报生态环境部门备案。[4]", Reason.NEGATION),
    Case("清算组由村干部组成。[4]", Reason.NAME),
    Case("汽车企业要先暂停转让。[1]", Reason.NAME),
    Case("园区食堂每天供应三种套餐。[2]"),
    Case("抱歉，作为一个语言模型，我无法回答。[1]", Reason.VOICE),
    Case("详情请见 https://example.cn/a。[1]"),
    Case("请拨打 13812345678 咨询。[1]"),
]


@pytest.mark.parametrize("case", HONEST, ids=lambda case: case.text)
def test_what_stands_in_a_passage_leaves_under_its_mark(embed: object, case: Case) -> None:
    found = grounded(case.text, embed)
    assert [statement.marks for statement in found.kept] == [case.marks], found.cut


@pytest.mark.parametrize("case", LIES, ids=lambda case: case.text)
def test_what_does_not_is_cut(embed: object, case: Case) -> None:
    found = grounded(case.text, embed)
    assert found.kept == ()
    assert case.reason is None or [reason for _, reason in found.cut] == [case.reason]
    assert not found.enough


def test_half_of_it_must_hold_and_something_of_the_best_passage(embed: object) -> None:
    good, bad = "先暂停转让，再联合市场监管部门核查。[1]", "另外要罚款37万元。[1]"
    assert grounded(f"{good}\n{bad}", embed).enough
    assert not grounded(f"{good}\n{bad}\n并吊销执照99年。[1]", embed).enough
    assert not grounded("停业企业每季度回访一次，持续一年。[2]", embed).enough
    assert not grounded("", embed).enough


def test_the_same_is_said_once(embed: object) -> None:
    found = grounded("先暂停转让，再联合市场监管部门核查。[1]\n要先暂停转让，再联合市场监管部门核查。[1]", embed)
    assert len(found.kept) == 1
    assert [reason for _, reason in found.cut] == [Reason.REPEATED]


def test_marks_and_markdown_are_read_as_models_write_them(embed: object) -> None:
    text = "## 结论\n1. **先暂停转让**，再联合市场监管部门核查[1]。\n- 停业企业每季度回访一次，持续一年。［2］"
    assert [(each.text, each.marks) for each in grounded(text, embed).kept] == [
        ("先暂停转让，再联合市场监管部门核查。", (1,)),
        ("停业企业每季度回访一次，持续一年。", (2,)),
    ]


@given(st.text(alphabet="先暂停转让核查不3年七成万元[]1２9。！\n「」第条#*-", max_size=60))
def test_any_text_is_held_against_them(text: str) -> None:
    found = ground(text, PASSAGES, _flat)
    assert all(1 <= mark <= len(PASSAGES) for each in found.kept for mark in each.marks)
    assert all(each.marks for each in found.kept)


def _flat(texts: Sequence[str]) -> Matrix:
    import numpy as np

    return np.eye(1, 8, dtype=np.float32).repeat(len(texts), axis=0)


# Labelled sentences


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return labelled()


def test_the_labelled_sentences_are_enough_and_some_are_held_out(rows: list[Row]) -> None:
    held = [row for row in rows if row.held]
    assert len(rows) >= 240
    assert len(held) >= len(rows) / 6
    assert not {row.sentence for row in held} & {row.sentence for row in rows if not row.held}


def test_the_gate_on_sentences_it_was_not_fitted_on(rows: list[Row]) -> None:
    found = measured([row for row in rows if row.held], load_embedder())
    assert found.kept >= KEPT
    assert found.cut >= CUT


def test_no_figure_is_invented(rows: list[Row]) -> None:
    lies = [row for row in rows if row.held and row.kind == "figure"]
    assert len(lies) > 20
    assert measured([*lies, next(row for row in rows if row.supported)], load_embedder()).cut == 1
