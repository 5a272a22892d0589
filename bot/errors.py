"""Errors at the door that are made for people; the tree is drawn in `playbook.errors`."""

from playbook.errors import ClosureBotError


class TokenMissing(ClosureBotError):
    """No token is set."""

    sentence = "没有设置机器人令牌。"
    remedy = "请向 @BotFather 申请，写入环境变量 TELEGRAM_BOT_TOKEN；只想试用的，请运行 closure-bot demo。"


class TokenRejected(ClosureBotError):
    """The Bot API does not know the token (401, or 404 where it is no token at all)."""

    sentence = "Telegram 不认这个机器人令牌。"
    remedy = "请核对 TELEGRAM_BOT_TOKEN，重新生成过的要换成新的；另设了 TELEGRAM_API_BASE_URL 的，也请核对。"


class BotApiUnreachable(ClosureBotError):
    """The Bot API cannot be reached. Details: `where`, its address; `reason`."""

    sentence = "连不上 Bot API（{where}）：{reason}。"
    remedy = "请检查网络和代理；另设了 TELEGRAM_API_BASE_URL 的，也请核对。"


class PortTaken(ClosureBotError):
    """A server of ours cannot listen. Details: `port`."""

    sentence = "端口 {port} 已被占用。"
    remedy = "请换一个端口（demo 用 --port，run 改对应的设置），或先停掉占用它的程序。"


class AddressUnusable(ClosureBotError):
    """A server of ours cannot listen there at all. Details: `where`, `reason`."""

    sentence = "不能在 {where} 上等连接：{reason}。"
    remedy = "请检查地址和端口：要写本机的地址，1024 以下的端口一般不能用。"


class AlreadyRunning(ClosureBotError):
    """Another bot runs over this data directory. Details: `where`."""

    sentence = "数据目录 {where} 已有一个停业管家在运行。"
    remedy = "请先停掉它，或用 --data-dir 换一个目录。"


class FileUnwritable(ClosureBotError):
    """What was asked for cannot be written to a file. Details: `where`, `reason`."""

    sentence = "{where} 写不了：{reason}。"
    remedy = "请检查目录、权限和磁盘空间，或换一个地方。"


class SettingInvalid(ClosureBotError):
    """An environment variable has a value that cannot be used. Details: `name`, `reason`."""

    sentence = "设置 {name} 的值不对：{reason}。"
    remedy = "请改正后再运行；各项设置见 README。"


class SecretFileUnreadable(ClosureBotError):
    """A secret is to be read from a file that cannot be read. Details: `name`, `file`."""

    sentence = "{name} 指的文件 {file} 读不了。"
    remedy = "请检查路径和权限。"
