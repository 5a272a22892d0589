"""`make fuzz`: a hundred thousand random updates into the whole application; nothing may break, leak or be overstepped.

A round is one application over one case log. What people want to do is drawn from a seed; what there is to do it to,
such as the buttons that the bot has shown to somebody by then, is looked up when their turn comes. After each update
the rows that it changed, the events that it recorded and all that it had sent are held against rules that are written
once more, by what people are there for: they know nothing of the bot's own table of rights.
"""
