"""What leads to a person is taken out of a text, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.masking import HIDDEN, masked, without_contacts

PHONES = (
    "13812342046",
    "138 1234 2046",
    "138-1234-2046",
    "1381234 2046",
    "+86 138 1234 2046",
    "+8613812342046",
    "0086 13812342046",
    "138.1234.2046",
    "138－1234－2046",
    "１３８１２３４２０４６",
    "010-62345678",
    "021 62345678",
    "(021)62345678",
    "0571-87654321",
    "400-800-8888",
)
IDENTITIES = ("110101199003078515", "11010119900307851X", "11010119900307851x", "１１０１０１１９９００３０７８５１５")
MAILS = ("wang@example.com", "wang.fang+x@mail.example.com.cn", "100@163.com")
HARMLESS = (
    "",
    "停业企业多久回访一次？",
    "2026-03-02 09:30 到 2026年4月1日",
    "20260302",
    "CM-2026-0001",
    "赔偿1200000元，欠薪 2,345,678 元",
    "31000平方米，12个月",
    "91330106MA2XK4P41X",
    "按第一百二十三条，拨12333",
    "@closure_sandbox_bot",
    "1772443800123",
)


@pytest.mark.parametrize("secret", [*PHONES, *IDENTITIES, *MAILS])
@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("老板的号码是 ", " ，怎么联系？"), ("老板的号码是", "怎么联系？"), ("号码：\n", "\n"), ('["', '"]')],
)
def test_a_number_or_an_address_goes_and_the_words_around_it_stay(before: str, secret: str, after: str) -> None:
    assert without_contacts(f"{before}{secret}{after}") == f"{before}{HIDDEN}{after}"


@pytest.mark.parametrize("secret", ["13812342046", "110101199003078515"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("（", "）"),
        ("（（", "））"),
        ("1. ", " 2. 13912342047"),
        ("编号12-", ""),
        ("", "-8001"),
        ("tel", ""),
        ("\\n", "\\n"),
    ],
)
def test_nothing_that_stands_beside_a_number_saves_it(before: str, secret: str, after: str) -> None:
    assert secret not in without_contacts(f"陈先生{before}{secret}{after}")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_leads_to_nobody_stays(text: str) -> None:
    assert without_contacts(text) == text


def test_several_go_each() -> None:
    text = "陈先生13812342046，陈太太13912342047，儿子110101199003078515，wang@example.com"
    assert without_contacts(text) == f"陈先生{HIDDEN}，陈太太{HIDDEN}，儿子{HIDDEN}，{HIDDEN}"


def test_names_go_where_they_are_known() -> None:
    assert without_contacts("陈先生说陈先生的孩子", ["陈先生", "孩子", ""]) == f"{HIDDEN}说{HIDDEN}的{HIDDEN}"
    assert without_contacts("陈先生说") == "陈先生说"


CHINESE = st.text(alphabet="老板电话号码是打不通，。：；（）「」\n ", max_size=12)


@given(CHINESE, st.sampled_from(["130", "138", "150", "186", "199"]), st.integers(0, 10**8 - 1), CHINESE)
def test_no_mobile_number_stays_whatever_chinese_stands_around_it(
    before: str, start: str, rest: int, after: str
) -> None:
    number = f"{start}{rest:08}"
    assert number not in without_contacts(before + number + after)


@given(CHINESE, st.integers(10**16, 10**17 - 1), st.sampled_from("0123456789Xx"), CHINESE)
def test_no_identity_number_stays_whatever_chinese_stands_around_it(
    before: str, digits: int, last: str, after: str
) -> None:
    assert f"{digits}" not in without_contacts(f"{before}{digits}{last}{after}")


@given(st.text())
def test_again_it_finds_nothing_more(text: str) -> None:
    once = without_contacts(text)
    assert without_contacts(once) == once


@pytest.mark.parametrize(
    ("phone", "shown"), [("13812342046", "138****2046"), ("057187654321", "057*****4321"), ("12345", "12345")]
)
def test_the_middle_of_a_number_is_hidden(phone: str, shown: str) -> None:
    assert masked(phone) == shown
