"""What handlers send, made from what `actions` and `retrieval` give: text alone, no Telegram type."""
