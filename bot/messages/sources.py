"""What the bot says about own sources: documents that leads send, sections that they wrote."""

from datetime import date

from bot.messages.intake import month_day

TITLE = "资料库"
NONE = "资料库里还没有自己加的资料。\n把文件（PDF、DOCX、MD、TXT、HTML）私聊发给我，看过内容再决定加不加。"
HOW = "要加资料，把文件私聊发给我就行。"
GONE = "资料库里没有这一份了。"
NO_TEXT = "这一份现在读不出文字。"
ADDING = "⏳ 正在加入「{title}」，稍等……"
DECLINED = "好，没有加入，文件也不留。"
WAITING = "「{title}」已经存好。索引正忙，稍后自动加入，到时在这里告诉您。"
LONG = "⏳ 正在加入「{title}」，内容较多，要几分钟。您可以照常提问，好了我在这里告诉您。"
NOT_READ = "「{title}」已经存好，但这次没能读进索引。请稍后在 /sources 里停用再启用一次；还不行就换一种格式替换它。"
STILL_WAITING = "「{title}」已经存好，但索引一直被占用。机器人下次启动时会自动加入。"
OFF = "已停用，下一个问题起就不引用它了。"
ON = "已启用，现在提问就能用到。"
SWAP_FILE = "请把「{title}」的新版文件发给我。旧版会留着，但马上不再引用。"
SWAP_SECTION = (
    "请发「{title}」的新版：第一行写标题，从第二行起写正文；也可以发 .md 或 .txt 文件。\n旧版会留着，但马上不再引用。"
)
FILE_WANTED = "这里要的是文件，请把新版文件发来。"
TEXT_FILE_WANTED = "这是手册的一节，请直接打字发来，或发 UTF-8 编码的 .md 或 .txt 文件。"
TO_MEND = "新版还不能用，请改好后重新发一条："
CONTACT = "这里像是联系方式，手册人人能看，请删去"
WHAT_IT_DOES = "加入后，大家提问都会查到它，每句仍标出处。"
BEGINS = "开头："
NOT_A_LEAD = "文件要由科长加入资料库，请转给科长。要存进案件的，请先打开案件或任务，点「传文件」。"
BY_COMMAND = "命令行加入"

BUTTON_ADD = "加入资料库"
BUTTON_ADD_TOO = "另加一份"
BUTTON_DECLINE = "不加"
BUTTON_OPEN = "看这一份"
BUTTON_TEXT = "看内容"
BUTTON_OFF = "停用"
BUTTON_ON = "启用"
BUTTON_SWAP = "替换"
BUTTON_OLD = "看旧版"
BUTTON_LIST = "回到清单"
BUTTON_CARD = "返回"

KINDS = {"section": "手册的一节", "document": "文件"}


SHORT = 16
"""Characters of a title on a button."""


def counts(active: int, off: int) -> str:
    """Above the list."""
    return f"在用 {active} 份" + (f"，停用 {off} 份" if off else "") + "。点编号看一份。"


def state(active: bool) -> str:
    """Whether answers draw on it."""
    return "在用" if active else "已停用"


def version(number: int) -> str:
    """Which version it is."""
    return f"第 {number} 版"


def since(name: str, day: date) -> str:
    """Who added it, and when."""
    return f"{name}，{month_day(day)}"


def passages(number: int) -> str:
    """How many passages of it can be cited."""
    return f"{number} 段"


def pages(number: int) -> str:
    """How many pages have text."""
    return f"{number} 页"


def size(number: int) -> str:
    """Bytes, as people say them."""
    if number < 1024:
        return f"{number} 字节"
    return f"{number / 1024:.0f} KB" if number < 1024**2 else f"{number / 1024**2:.1f} MB"


def swap(title: str, number: int) -> str:
    """A button: takes the place of a version."""
    short = title if len(title) <= SHORT else f"{title[: SHORT - 1]}…"
    return f"替换「{short}」{version(number)}"


def same_title(title: str, number: int) -> str:
    """There is one of this name."""
    return f"资料库里已有「{title}」{version(number)}：可以用这份替换它，也可以另加一份。"


def will_replace(title: str, number: int) -> str:
    """It was asked for."""
    return f"用来替换「{title}」{version(number)}。"


def held(title: str, number: int, active: bool) -> str:
    """The very same file is there."""
    return f"这份文件已经在资料库里：「{title}」{version(number)}，{state(active)}。"


def added(title: str, number: int) -> str:
    """It can be cited."""
    return f"✅ 已加入「{title}」，共 {passages(number)}。现在提问就能用到。"


def replaced(title: str, number: int, count: int) -> str:
    """A new version can be cited, and the old one cannot."""
    return f"✅ 「{title}」已换成{version(number)}，共 {passages(count)}。旧版不再引用，但还留着。"


def stored_off(title: str, number: int) -> str:
    """It is there, and disabled since."""
    return f"「{title}」{version(number)}已存好，目前停用。"


def old_version(number: int, name: str, day: date, state_: str) -> str:
    """A line of the versions."""
    return f"{version(number)} · {since(name, day)} · {state_}"


REPLACED = "已替换"


def file_name(title: str, number: int, suffix: str) -> str:
    """What a version is called when it is sent."""
    return f"{title}-第{number}版{suffix}"
