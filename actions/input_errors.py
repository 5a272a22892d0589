"""Answers that cannot be taken, each with one line that says what is wanted; the tree is drawn in `playbook.errors`."""

from playbook.errors import ClosureBotError


class AnswerRefused(ClosureBotError):
    """The base: the text is no answer to this question. Nothing was saved, and the question stands."""


class NotAChoice(AnswerRefused):
    """None, or more than one, of the choices is meant. Details: `choices`."""

    sentence = "没认出您选的是哪一项。"
    remedy = "请点按钮，或打其中一项：{choices}。"


class ChoiceAlone(AnswerRefused):
    """A choice that goes with no other came with others. Details: `choice`."""

    sentence = "「{choice}」不能和别的一起选。"
    remedy = "请只选它，或只选别的。"


class NotYesNo(AnswerRefused):
    """Neither yes nor no."""

    sentence = "这一题请答「是」或「否」。"
    remedy = "请点按钮，或只打一个字。"


class NotText(AnswerRefused):
    """No letter, digit or character in it."""

    sentence = "没有看到文字。"
    remedy = "请打字回答。"


class TextTooLong(AnswerRefused):
    """More than is kept. Details: `limit`, in characters."""

    sentence = "太长了，这一题最多{limit}字。"
    remedy = "请缩短后再发，细节以后可以加备注。"


class TextTooShort(AnswerRefused):
    """Less than can be right. Details: `limit`, in characters."""

    sentence = "太短了，这一题至少{limit}个字。"
    remedy = "请写全。"


class NotANumber(AnswerRefused):
    """No number."""

    sentence = "没有看懂这个数。"
    remedy = "请只写数字，例如：31。"


class NotMoney(AnswerRefused):
    """No amount."""

    sentence = "没有看懂这个金额。"
    remedy = "请按万元写，例如：120；也可以写 8000元、1.2亿。"


class Negative(AnswerRefused):
    """An amount or a number below zero."""

    sentence = "不能是负数。"
    remedy = "请核对，没有就写0。"


class OutOfBounds(AnswerRefused):
    """Not between the bounds of the question. Details: `advice`, what the checklist says then."""

    sentence = "这个答案不合要求。"
    remedy = "请注意：{advice}。"


class NotADate(AnswerRefused):
    """No day."""

    sentence = "没有看懂是哪一天。"
    remedy = "请写到日，例如：2026-03-01、3月1日、下周三、三个月后。"


class DateImpossible(AnswerRefused):
    """A day that the calendar does not have. Details: `year`, `month`, `day`."""

    sentence = "{year}年没有{month}月{day}日。"
    remedy = "请核对后再写。"


class DateFar(AnswerRefused):
    """A year that cannot be meant. Details: `year`."""

    sentence = "{year}年离得太远了。"
    remedy = "请核对年份，写1990到2100年之间的日子。"


class NotAPhone(AnswerRefused):
    """No telephone number."""

    sentence = "这不是有效的电话号码。"
    remedy = "请写手机号，或区号加座机，例如：13812342046、021-69612345。"


class CodeLength(AnswerRefused):
    """Not 18 characters. Details: `count`."""

    sentence = "统一社会信用代码是18位，您写了{count}位。"
    remedy = "请对照营业执照再写一次。"


class CodeCharacters(AnswerRefused):
    """Characters that no code has."""

    sentence = "代码里有不该有的字符：只有数字和大写字母，没有 I、O、S、V、Z。"
    remedy = "请对照营业执照再写一次。"


class CodeCheckDigit(AnswerRefused):
    """The last character does not fit the others."""

    sentence = "这个代码的校验位不对，多半是抄错了一位。"
    remedy = "请对照营业执照再写一次。"


class FileWanted(AnswerRefused):
    """Text where a file is wanted."""

    sentence = "这一题要的是照片或文件。"
    remedy = "请直接发到这里；现在没有的，打「跳过」。"
