"""`retrieval.normalise`: whatever an officer's keyboard makes of it, one spelling."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.normalise import bigrams, has_han, normalise, simplify, words

PATIENTLY = settings(deadline=None)  # other work shares these cores
TYPED = st.text("停業业廠厂裡後一二三十百千万零〇两天日年月元个家亿 \u3000０５37wWＷ.．%％，。isoＡ")
"""What officers' keyboards produce: both scripts, both widths, numerals, units."""
# OpenCC turns 薴 into 苧 and that into 苎: the one character of its tables that it does not finish at once.
ANY_HAN = st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF, exclude_characters="薴"))


@pytest.mark.parametrize(
    ("typed", "spelt"),
    [
        ("停業企業多久回訪一次", "停业企业多久回访1次"),
        ("資產處置專班裡誰負責", "资产处置专班里谁负责"),
        ("企业停业後的员工", "企业停业后的员工"),
        ("补贴300w", "补贴300万"),
        ("补贴300W", "补贴300万"),
        ("补贴300 w元", "补贴300万元"),
        ("补贴３００ｗ", "补贴300万"),
        ("补贴300Ｗ", "补贴300万"),
        ("300wifi", "300wifi"),
        ("四十五天内", "45天内"),
        ("45天", "45天"),
        ("４５天", "45天"),
        ("四十五 天", "45天"),
        ("一百零五天", "105天"),
        ("两年", "2年"),
        ("二十三个月", "23个月"),
        ("三百万元", "300万元"),
        ("一亿元", "1亿元"),
        ("二〇二三年", "2023年"),
        ("二零二三 年", "2023年"),
        ("二 〇 二 三 年", "2023年"),
        ("第四十五条", "第45条"),
        ("第三", "第3"),
        ("百天", "百天"),
        ("零十零天", "零十零天"),
        ("千万别签", "千万别签"),
        ("一方面", "一方面"),
        ("一定要去", "一定要去"),
        ("ＩＳＯ 14001", "iso 14001"),
        ("Revisit", "revisit"),
        ("停 业 企 业", "停业企业"),
        ("2023 年 5 月", "2023年5月"),
        ("2021 2022 2023", "2021 2022 2023"),
        ("比例２０％", "比例20%"),
        ("", ""),
        ("？！", "?!"),
    ],
)
def test_every_way_of_typing_has_one_spelling(typed: str, spelt: str) -> None:
    assert normalise(typed) == spelt


@PATIENTLY
@given(TYPED)
def test_what_officers_type_is_normalised_once_and_for_all(typed: str) -> None:
    assert normalise(normalise(typed)) == normalise(typed)


@PATIENTLY
@given(st.text() | ANY_HAN)
def test_any_text_is_normalised_once_and_for_all(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@PATIENTLY
@given(st.text() | st.text("零〇一二两三四五六七八九十百千万亿第天年月个"))
def test_no_text_whatever_makes_it_fail(text: str) -> None:
    assert all(bigrams(text))
    assert all(words(normalise(text)))
    assert has_han(text) in (True, False)


def test_a_question_as_long_as_a_message_may_be_is_done_at_once() -> None:
    assert len(normalise("停业" * 2048)) == 4096
    assert normalise("一" * 4095 + "天").endswith("天")


@pytest.mark.parametrize(
    ("text", "simplified"),
    [
        ("停業後補貼300w", "停业后补贴300万"),
        ("停業後，ＡＢＣ四十五天", "停业后，ＡＢＣ四十五天"),
        ("5w到10W", "5万到10万"),
        ("www.example.cn", "www.example.cn"),
    ],
)
def test_simplifying_changes_the_script_and_nothing_else(text: str, simplified: str) -> None:
    assert simplify(text) == simplified


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("停业企业", ["停业", "业企", "企业"]),
        ("停業企業", ["停业", "业企", "企业"]),
        ("停业", ["停业"]),
        ("停", ["停"]),
        ("停业，回访", ["停业", "回访"]),
        ("补贴300w", ["补贴", "300", "万"]),
        ("ISO14001证书", ["iso14001", "证书"]),
        ("占20%", ["占", "20%"]),
        ("3.5万元", ["3.5", "万元"]),
        ("v1.2.", ["v1.2"]),
        ("《民法典》第四十五条", ["民法", "法典", "第", "45", "条"]),
        ("？！……", []),
        ("", []),
    ],
)
def test_terms_are_pairs_of_characters_and_whole_words_and_numbers(text: str, terms: list[str]) -> None:
    assert list(bigrams(text)) == terms


@PATIENTLY
@given(st.text("停业企业回访土壤修复，。 45天iso"))
def test_neighbouring_characters_always_share_a_term(text: str) -> None:
    terms = set(bigrams(text))
    for pair in ("停业", "企业", "土壤", "修复"):
        assert (pair in normalise(text)) == (pair in terms)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("停业企业多久回访", ["停业", "企业", "多久", "回访"]),
        ("土壤修复，谁出钱？", ["土壤", "修复", "谁", "出钱"]),
        ("", []),
        ("。。。", []),
    ],
)
def test_words_leave_punctuation_out(text: str, found: list[str]) -> None:
    assert list(words(text)) == found


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("停业", True),
        ("who 停", True),
        ("who pays", False),
        ("３００", False),
        ("", False),
        ("𠮷", True),
        ("、", False),
    ],
)
def test_chinese_is_told_from_everything_else(text: str, answer: bool) -> None:
    assert has_han(text) is answer
