"""What the command line says."""

HELP_CLI = "停业管家：按停业手册回答问题的 Telegram 助手。"
HELP_DATA_DIR = "数据目录（默认取 CLOSURE_BOT_DATA_DIR）"
HELP_ASK = "在终端问一个问题，或用 --batch 问一个文件里的问题。"
HELP_ASK_JSON = "输出 JSON"
HELP_ASK_BATCH = 'JSONL 文件，每行 {"id", "question"};按原顺序逐行输出 JSON'
HELP_INDEX = "收录文件（Markdown、文本、HTML、DOCX、PDF）或文件夹，供回答引用。重复收录不会重复建索引。"
HELP_CHECK = "检查手册文件，逐条列出要改的地方。"
HELP_OFFICERS = "登记谁能使用机器人。"
HELP_OFFICERS_ADD = "登记一个人；已登记的改姓名和角色。"
HELP_OFFICERS_LIST = "列出登记的人。"
HELP_OFFICERS_REMOVE = "移除一个人。"
HELP_OFFICER_NAME = "姓名"
HELP_RUN = "在 Telegram 上运行。"
HELP_DEMO = "本机试用：自带接口和聊天页，不需要 Telegram。"
HELP_PUSH = "把到期的提醒发一轮（run 每分钟会自己发）。"
HELP_PUSH_ONCE = "只发一轮就结束"
PUSH_ONCE_ONLY = "请写 push --once；一直发提醒的是 closure-bot run。"
HELP_DOCTOR = "列出各项设置的来源，看看哪里不对：数据、操作记录、发不出去的提醒、没人管的案件。"
HELP_PORT = "聊天页的端口"
HELP_ALSO_LEADS = "管理员同时带队（能看案件）"
HELP_AUDIT = "导出操作记录：谁、何时、做了什么、改前改后、原因。"
HELP_AUDIT_CASE = "只要一个案件的，例如 CM-2026-0001"
HELP_OUTPUT = "写到文件（不写就输出到屏幕）"
HELP_BACKUP = "备份案件记录、照片文件和案例库，写完即校验；机器人在运行时也可以。"
HELP_RECIPIENT = "加密用的公钥（age1… 或 SSH 公钥），默认取 CLOSURE_BOT_BACKUP_RECIPIENT"
HELP_RESTORE = "先验证备份，再换上；原来的数据移到旁边，不删除。"
HELP_IDENTITY = "解密用的私钥文件"
ALSO_LEADS_ADMINS = "--also-leads 只用于 --role admin。"
CASE_ID_WRONG = "案件编号不对，应像 CM-2026-0001。"

ASK_ONE_OR_BATCH = "请给出一个问题，或用 --batch 给出一个文件（二选一）。"
NAME_EMPTY = "姓名不能是空的。"
RUNNING = "停业管家已上线，按 Ctrl+C 结束。"
INDEXING = "建索引"
PASSAGE = "段"
ORIGINS = {"environment": "环境变量", "file": "文件", "command": "命令行", "default": "默认"}
NO_OFFICERS = "还没有登记任何人。用 closure-bot officers add 编号 --name 姓名 登记。"


def backed_up(file: str, members: int, encrypted: bool) -> str:
    """A backup is written and verified."""
    return f"备份已写好并校验：{file}（{members} 个文件，{'已加密' if encrypted else '未加密'}）。"


def backup_missing(name: str) -> str:
    """The log names a file that is not there."""
    return f"数据目录里缺 {name}，备份里没有。"


def restored(made_at: str, members: int, aside: str) -> str:
    """A backup is in place."""
    return f"已恢复 {made_at} 的备份（{members} 个文件）。" + (f"原来的数据在 {aside}。" if aside else "")


def setting_line(variable: str, value: str, origin: str) -> str:
    """One setting in `doctor`."""
    return f"{variable} = {value or '（未设）'}  [{origin}]"


def batch_line(number: int) -> str:
    """A line of the batch file is not what it should be."""
    return f'第 {number} 行不是 {{"id", "question"}} 形式的 JSON。'


def demo_ready(address: str) -> str:
    """The chat page is up."""
    return f"试用页：{address}\n（按 Ctrl+C 结束）"


def indexed(changed: int, embedded: int) -> str:
    """What `index` did."""
    return f"收录完成：{changed} 个文件有变化，新建 {embedded} 段索引。"


def checked(entries: int, questions: int, rules: int) -> str:
    """`check` found nothing."""
    return f"手册检查通过：{entries} 个文件、清单 {questions} 题、任务 {rules} 种，没有问题。"


def problems(count: int) -> str:
    """`check` found something; the lines stand above."""
    return f"共 {count} 处需要改。"


def officer_added(name: str, telegram_id: int, role: str) -> str:
    """An officer may use the bot from now on."""
    return f"已登记：{name}（{telegram_id}，{role}）。"


def officer_line(telegram_id: int, name: str, role: str, active: bool) -> str:
    """One person in `officers list`."""
    return f"{telegram_id}\t{name}\t{role}\t{'在用' if active else '已移除'}"


def officer_removed(telegram_id: int) -> str:
    """An officer may not use the bot any more."""
    return f"已移除：{telegram_id}。"
