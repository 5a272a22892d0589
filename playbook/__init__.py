"""The closure playbook: what officers know about a company that closes, as Markdown files and their typed loader."""
