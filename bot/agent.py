"""What an officer wants done, said freely, understood by a chat model that calls tools.

LangChain's agent with a human in the loop: it may look up cases, and every tool that would write interrupts it. There
the run ends: what it wanted becomes a proposal's row, and the button of its card does the deed, not the graph, which
nobody resumes. So nothing of a dialogue is kept in memory, and a model can write nothing.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from actions.asking import looks_like_question
from actions.proposals import ACTS, Act, Arguments, arguments
from playbook.checklist import Kind
from playbook.masking import put_back, set_aside
from retrieval.chat import ChatModel, ChatModelFailed, asked, prompt

log = logging.getLogger(__name__)

AGENT_SECONDS = 5.0
STEPS = 9
"""Of the graph: three looks and what follows from them."""
AT_ONCE = 3
"""Cards that one message may bring."""
CHARACTERS = 500
_WISHES = re.compile(
    "改|推[迟后]|延[后期]|往[后前]|提[前醒]|[记加添写]|备注|登记|新建|回访|联系|拜访|办[完结好妥]|做完|完成|搞定|过几天|安排"
)

_ASKS_FIRST = re.compile("怎么|怎样|如何|为什么|什么|谁|哪|多久|多少")
_DAYS = "一二三四五六日"

Look = Callable[[str], Awaitable[str]]
"""What there is of cases by that name, as a model may read it."""


def may_be_a_wish(text: str) -> bool:
    """Whether it is worth asking a model: something is to be done, and it is no plain question."""
    asks = _ASKS_FIRST.match(text) or looks_like_question(text, Kind.text)
    return len(text) <= CHARACTERS and bool(_WISHES.search(text)) and not asks


class Agent:
    """Over one chat model, which must be able to call tools; one that is not proposes nothing.

    Making one imports LangChain's agents, some seconds that nobody's first wish should wait for.
    """

    def __init__(self, chat: ChatModel) -> None:
        from langchain import agents

        self._chat, self._agents = chat, agents

    async def wanted(
        self, text: str, look: Look, today: date, *, within: float = AGENT_SECONDS
    ) -> tuple[Arguments, ...]:
        """The acts that are proposed; none, and why in the log, where nothing is or the model fails."""
        hidden, kept = set_aside(text)
        try:
            async with asked(within):
                calls = await self._run(hidden, look, today)
        except ChatModelFailed as failed:
            log.warning("nothing is proposed: %s", failed)
            return ()
        return tuple(act for name, values in calls[:AT_ONCE] if (act := _read(name, put_back(values, kept))))

    async def _run(self, text: str, look: Look, today: date) -> list[tuple[str, dict[str, Any]]]:
        """The calls at which the agent was interrupted."""
        from langchain.agents.middleware import HumanInTheLoopMiddleware
        from langgraph.checkpoint.memory import InMemorySaver

        writing = [act.value for act, kind in ACTS.items() if act is not Act.FIND]
        agent: Any = self._agents.create_agent(
            self._chat.model,
            _tools(look),
            system_prompt=prompt("act").replace(
                "{today}", f"{today:%Y-%m-%d}，星期{'一二三四五六日'[today.weekday()]}"
            ),
            middleware=[HumanInTheLoopMiddleware({name: {"allowed_decisions": ["reject"]} for name in writing})],
            checkpointer=InMemorySaver(),  # interrupts want one; it goes with this run
        )
        config = {"configurable": {"thread_id": "once"}, "recursion_limit": STEPS}
        ended = await agent.ainvoke({"messages": [("human", text)]}, config)
        return [
            (request["name"], request["args"])
            for interrupt in ended.get("__interrupt__", ())
            for request in interrupt.value["action_requests"]
        ]


def _tools(look: Look) -> list[Any]:
    """A tool for each act. Only the one that looks is ever run; the others are interrupted before."""
    from langchain_core.tools import StructuredTool

    async def find(name: str) -> str:
        return await look(name)

    async def never(**values: Any) -> str:
        raise AssertionError("a tool that writes was run without its button")

    return [
        StructuredTool.from_function(
            coroutine=find if act is Act.FIND else never, name=act.value, description=kind.told, args_schema=kind
        )
        for act, kind in ACTS.items()
    ]


def _read(name: str, values: dict[str, Any]) -> Arguments | None:
    try:
        return arguments(name, values)
    except ValueError as error:
        log.warning("a proposal that cannot be read: %s: %s", name, str(error).partition("\n")[0])
        return None
