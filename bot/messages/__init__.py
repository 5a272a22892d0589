"""Every sentence that the bot says, in simplified Chinese. Errors carry their own (`playbook.errors`).

Functions where something is filled in, so that a missing name is found by the type checker rather than by an officer.
"""

from collections.abc import Sequence

SUGGESTIONS = (
    "停业企业多久回访一次？",
    "设备低价转让给关联公司，怎么查？",
    "土壤没修复好，厂房能先处置吗？",
)

START = (
    "我是「停业管家」，陪您办企业停业的事。\n"
    "直接发问题就行：我只按停业手册和过往案例回答，每句都标出处，手册里没有的不猜。"
)
START_TRY = "可以先试这几个问题："
HELP = (
    "怎么用\n"
    "• 直接打字提问，例如「稳岗补贴怎么申请」。\n"
    "• 句末的 [1] [2] 是出处，点下面的按钮看全文。\n"
    "• 可以接着问，例如「那破产的呢」；/reset 结束这段对话，下一问从头理解。\n"
    "• 「相似案例」列出做过的类似企业。\n"
    "• 👍 👎 帮手册维护人知道哪里要补；科长发 /gaps 看没答好的问题，补写一节或指定答案。\n"
    "• 科长把文件私聊发给我，看过就能加入资料库；/sources 管已加的资料。\n"
    "• 群里请 @我，或回复我的消息，或用 /ask。\n"
    "• /new 登记一家停业企业，一题一题地问，答一题存一题。\n"
    "• /cases 看案件，后面写几个字可以找；/case 加编号看一个案件。\n"
    "• 工作日早上我会发当天的回访和任务；/due 今天、/week 本周、/overdue 逾期，随时可看。\n"
    "• 回访提醒可以直接回复，写几句就算记下了；/handover 转交案件，/quiet 登记休假，/digest 定几点发。"
)
COMMANDS = (
    ("new", "登记一家停业企业"),
    ("cases", "看案件、找案件"),
    ("case", "看一个案件：/case 后面写编号"),
    ("due", "今天到期的回访和任务"),
    ("week", "本周后面几天到期的"),
    ("overdue", "逾期的"),
    ("handover", "把案件转给同事"),
    ("quiet", "登记休假和代管人：/quiet 7月1日 7月5日"),
    ("digest", "几点发提醒，要不要早报"),
    ("history", "案件的操作记录：/history 后面写编号"),
    ("forget", "（科长）清除一个旧案件里的个人信息"),
    ("gaps", "（科长）手册没答好的问题：补写、指定、搁置"),
    ("sources", "（科长）资料库：看、停用、替换自己加的资料"),
    ("officers", "（管理员）人员：邀请、改角色、移除"),
    ("ask", "提问：/ask 后面写问题"),
    ("reset", "结束这段对话，下一问从头理解"),
    ("help", "怎么用"),
    ("start", "从头开始"),
)

COMMAND_JUMP = ("jump", "（试用）把时钟拨到下一件到期的早上")
"""In the demo alone."""

ASK_WHAT = "请在 /ask 后面写上问题，例如：/ask 联席会议由谁召集"
CONVERSATION_ENDED = "这段对话到此为止，下一问从头理解。"
NO_CONVERSATION = "前面没有要接着的问题，下一问本来就从头理解。"
UNKNOWN_COMMAND = "没有这个命令。直接打字提问就行，/help 看怎么用。"
TEXT_ONLY = "我现在只看得懂文字，请把问题打字发来。要存文件的，请先打开案件或任务，点「传文件」。"
PHOTO_NAME = "照片.jpg"
QUESTION_TOO_LONG = "这条太长了。请把问题缩到 500 字以内再发，一次问一件事最好。"
BUTTON_EXPIRED = "这个按钮已经过期，请重新提问。"
NOT_YOUR_BUTTON = "这条回答不是您问的，不能由您评价。"
RATED_GOOD = "已记下：有用。"
RATED_BAD = "已记下：没答好。会转给手册维护人。"
NONE_OF_THESE = "已记下：这些都不是您要的。会转给手册维护人补充。"
NO_SIMILAR_CASES = "过往案例里没有相近的。"
SIMILAR_CASES = "相似案例"
SOURCE_GONE = "手册后来改过，这一段现在找不到了。下面是回答时引用的原文："
SOURCE_CHANGED = "这份资料后来改过。下面是回答时引用的原文，翻到后面是现在的："
CHECK_LAW = "⚠️ 引用前请核对现行有效文本"
"""Under what a law once said; as it stands today, it has a caution of its own."""
SEE_ALSO = "另见"

BUTTON_SIMILAR = "相似案例"
BUTTON_GOOD = "👍"
BUTTON_BAD = "👎"
BUTTON_NONE = "都不是"
BUTTON_SOURCE = "看依据"
BUTTON_PREVIOUS = "‹ 上一页"
BUTTON_NEXT = "下一页 ›"
BUTTON_FIRST = "« 第一页"

KINDS = {"section": "手册", "case": "案例", "law": "法规", "document": "文件"}


def stranger(telegram_id: int) -> str:
    """To somebody who is not registered: his own id, and nothing else."""
    return f"您还没有登记。请把编号 {telegram_id} 发给管理员，登记后就能使用。"


def refusal(question: str) -> str:
    """The playbook has nothing on this question."""
    return f"手册里没有关于「{question}」的内容，我不猜。"


def understood_as(meant: str) -> str:
    """How a question was understood that follows on from those before it."""
    return f"按「{meant}」理解"


def nearest(titles: Sequence[str]) -> str:
    """What lies nearest to a refused question, and that it is noted as a gap."""
    return f"相近的章节：{'、'.join(titles)}。\n这个问题已记下，交手册维护人补充。"


def look_at(label: str) -> str:
    """A button that opens a source."""
    return f"看{label}"


def caution(marks: Sequence[int], notice: str) -> str:
    """The caution under which the laws at these marks may be cited."""
    return f"⚠️ {''.join(f'[{mark}]' for mark in marks)} {notice}"


def page(number: int, total: int) -> str:
    """Where one is in a long source."""
    return f"第 {number} 页，共 {total} 页"


def failed(reference: str) -> str:
    """Something broke that is no fault of the officer's; the log has the rest under this number."""
    return f"这一步没办成，问题已记录，编号 {reference}。请稍后再试；还不行就把编号发给管理员。"


def refused_with(sentence: str, reference: str) -> str:
    """An error made for people, with the number under which the log has it."""
    return f"{sentence}编号 {reference}。"


TOO_FAST = "发得太快了，这一条没有处理。请过一分钟再发。"
TRY_LATER = "现在暂时用不了，这一条没有处理。请稍后再发。"
NOT_KEPT = "⚠️ 数据目录现在写不进去，这次问答没有记下，也没有按钮。"
ROLES = {"officer": "专员", "lead": "科长", "admin": "管理员"}


def role(name: str, leads: bool) -> str:
    """What somebody is."""
    return "管理员兼科长" if name == "admin" and leads else ROLES[name]


def arrived(name: str, role_: str, leads: bool) -> str:
    """An invitation was used."""
    return f"{name}，欢迎。您已登记为{role(role_, leads)}，直接打字提问就行；/help 看怎么用。"


def first_code(code: str) -> str:
    """On the terminal, while there is no admin."""
    return f"还没有管理员。请在 Telegram 里把这个一次性口令发给机器人，发的人就是管理员：{code}"


def alarm(sentence: str, reference: str, answering: bool) -> str:
    """To leads and admins: something is in trouble. `answering`: it is the case log, without which questions go on."""
    number = f"（编号 {reference}）" if reference else ""
    rest = "\n提问照常回答；登记、办结、提醒要等它恢复。" if answering else ""
    return f"⚠️ {sentence}{number}{rest}"


def alarmed(line: str) -> str:
    """Added for the person: those who can mend it know."""
    return f"{line}已通知科长和管理员。"


# The demo's people: name, and what the page shows under it.

DEMO_OFFICER = ("陈晓", "专员")
DEMO_COLLEAGUE = ("周敏", "同事")
DEMO_LEAD = ("王建国", "科长")
DEMO_ADMIN = ("林管", "管理员")
DEMO_STRANGER = ("访客", "未登记")
