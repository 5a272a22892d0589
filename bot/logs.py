"""What libraries may write to the log."""

import logging


def keep_secrets_out() -> None:
    """Silences what would log the token, or a page of HTML for every 502."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO each request with its address, which holds the token
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)  # `delivery` and `listening` deal with these
