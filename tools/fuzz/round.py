"""One round: one application, one log, one seed. Each update is handed in as the bot hears it, and looked at."""

import asyncio
import json
from random import Random

from telegram import Update

from bot.listening import readable
from tools.fuzz.crowd import Crowd
from tools.fuzz.findings import Sort
from tools.fuzz.inspection import Inspection
from tools.fuzz.origins import origin
from tools.fuzz.plans import Plan, plans
from tools.fuzz.report import MALFORMED, UPDATES, Report
from tools.fuzz.stage import Stage

PATIENCE = 20.0
"""Seconds for one update: what takes longer hangs, and its chat with it."""
LOOK, PUSH, BACK = 20, 60, 250
"""After so many updates: what there is is looked up, what is due is pushed, everybody is what they were."""


class Round:
    """Plays once."""

    def __init__(self, stage: Stage, seed: int, report: Report) -> None:
        self._stage, self._seed, self._report = stage, seed, report
        self._inspection = Inspection(stage, report, seed)
        self._crowd = Crowd(stage, self._inspection.leaks.owners_of)

    async def play(self, count: int) -> None:
        """So many updates; then what is left of it all is looked at."""
        with self._inspection.overheard.listening():
            for number, plan in enumerate(plans(self._seed, count)):
                self._inspection.at = self._seed, number
                await self._between(number, plan.dice)
                self._stage.clock.wait(plan.later)
                await self._one(plan)
        self._inspection.at_the_end()

    async def _one(self, plan: Plan) -> None:
        body = json.loads(json.dumps(self._crowd.update(plan)))
        self._inspection.body = body
        self._stage.api.calls.clear()
        self._report.done[UPDATES] += 1
        try:
            readable_body = readable(body)
            update = Update.de_json(readable_body, self._stage.application.bot)
        except (ValueError, KeyError, TypeError, AttributeError):  # as `bot.web` refuses it
            self._report.done[MALFORMED] += 1
            return
        self._report.done[MALFORMED] += readable_body.keys() != body.keys()
        await self._handed_in(update, again=plan.kind == "twice" and plan.dice.random() < 0.5)
        self._inspection.of(update)

    async def _handed_in(self, update: Update, *, again: bool) -> None:
        """By the inbox; `again`: as after a crash, when it is handled a second time."""
        application = self._stage.application
        try:
            async with asyncio.timeout(PATIENCE):
                if again:
                    await application.process_update(update)
                    return
                await application.take(update)
                while not application.update_queue.empty():
                    item = application.update_queue.get_nowait()
                    await application.update_processor.process_update(item, application.process_update(item))
        except TimeoutError:
            self._inspection.add(Sort.HANG, origin(self._inspection.body))
        except Exception as error:  # noqa: BLE001 - that none comes out is what is tried
            self._inspection.raised(error)

    async def _between(self, number: int, dice: Random) -> None:
        if number % LOOK == 0:
            self._crowd.look_around(dice)
        if number % PUSH == PUSH - 1:
            await self._push()
        if number % BACK == BACK - 1:
            self._stage.cast_back()
            self._stage.put_away()
            self._inspection.catch_up()

    async def _push(self) -> None:
        """What is due goes out; it too must reach nobody whom it is not for."""
        self._inspection.body = {"pushed": "nothing yet"}
        try:
            async for kind in self._stage.push():
                self._inspection.body = {"pushed": kind}
                self._inspection.of_letter()
        except Exception as error:  # noqa: BLE001 - that none comes out is what is tried
            self._inspection.raised(error)
        self._inspection.listen()
        self._inspection.catch_up()
