"""`closure-bot`, and `python -m bot`."""

import os


def main() -> None:
    """Runs the command line."""
    os.umask(0o077)  # whatever is written, backups and exports too, holds what other accounts are not to read
    # Chroma's and LangChain's helpers phone home by default; officers' questions stay here.
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    os.environ.setdefault("LANGSMITH_TRACING", "false")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from bot.cli import cli

    cli(prog_name="closure-bot")


if __name__ == "__main__":
    main()
