"""`make load`: two hundred officers at once, asking, walking the checklist and pressing buttons for five minutes.

Three processes on one machine: the sandbox Bot API, the real `closure-bot run`, and Locust, whose users act by HTTP as
people on the chat page do. An act takes from its request to the bot's visible reaction in that chat: a new message, a
changed one, or a line over the chat. That a button stops spinning is none.

Between a reaction and the next act an officer thinks: `THINKING` seconds on average, anything from half to one and a
half of it. That is a busy person, and about as much as two hundred of them can be: Telegram takes thirty messages a
second from a bot, `bot.delivery` keeps to that for new and changed ones together, and two hundred who think for twelve
seconds make it send 22. With eight seconds they reach the limit and wait for it, a second or two. The sandbox refuses
what Telegram would.
"""

THINKING = 12.0
"""Seconds."""
