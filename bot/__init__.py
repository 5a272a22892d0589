"""Telegram at the door: handlers, wording, settings, the command line and the local Bot API."""
