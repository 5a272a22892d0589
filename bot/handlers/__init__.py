"""What the bot does with an update: one concern a file, each a class that is given `Services` and calls back.

Handlers decide nothing that is not Telegram's: they ask `retrieval` and `actions`, and send what `render` makes of it.
"""
