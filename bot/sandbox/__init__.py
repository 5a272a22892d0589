"""A Telegram that fits on one machine: a local Bot API server and a chat page.

A real bot, pointed at ``serve(create_app(...))``, runs with no token and no network; people talk to it in a browser,
tests talk to it through `bot.sandbox.people`. Everything is kept in memory and nothing leaves the machine. The package
knows nothing of the bot it serves.

- `model` the nouns; `world` who there is and what was said; `updates`, `journal`, `bell` how news travels
- `methods` what the bot may call: `sending`, `files`, `account`; `people` what people do
- `params`, `formatting`, `entities`, `references`, `detect`, `links`, `markup`, `images`, `wire` formats
- `bot_api`, `polling`, `courier` the bot's door; `page`, `page_api`, `page_acts`, `page_view` the browser's door;
  `guard` before both
- `faults`, `limits` what goes wrong on request; `server` all of it together
"""
