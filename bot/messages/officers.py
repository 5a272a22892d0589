"""What the bot says about who may use it."""

BUTTON_REMOVE = "移除"
BUTTON_REMOVE_YES = "确认移除"
BUTTON_LIST = "人员名单"
TITLE = "人员"
NAME_WANTED = "请写这个人的姓名（20字以内），我给出一次性邀请链接，两天内有效。"


def invite(role: str) -> str:
    """Invites somebody to be that."""
    return f"邀请{role}"


def line(name: str, role: str, telegram_id: int) -> str:
    """One person."""
    return f"{name} · {role} · {telegram_id}"


def remove_ask(name: str) -> str:
    """Before somebody's access is taken away."""
    return f"要移除{name}吗？名下的案件和提醒会交给科长。"


def removed(name: str, heir: str) -> str:
    """Somebody's access is gone; `heir` has the cases, if there is a lead."""
    return f"已移除{name}。" + (f"名下案件已交给{heir}。" if heir else "还没有科长，名下案件没有人管，请尽快邀请科长。")


def invitation(name: str, role: str, link: str, code: str) -> str:
    """To be passed on to who is invited; used once."""
    return (
        f"{name}（{role}）的邀请，只能用一次，两天内有效。请只发给本人：\n{link}\n"
        f"打不开链接的，请本人把这个口令私聊发给我：{code}"
    )
