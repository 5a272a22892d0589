#!/bin/sh
# Installed as /usr/local/sbin/closure-bot: `closure-bot doctor` and the like as the service's user and with its
# settings, whether the service runs or not. Needs root; paths are absolute, and ones that user may read or write.
exec systemd-run --quiet --pipe --wait --collect --uid=closure-bot \
    --property=StateDirectory=closure-bot --property=StateDirectoryMode=0700 \
    --property=WorkingDirectory=/var/lib/closure-bot \
    --property=EnvironmentFile=/etc/closure-bot/closure-bot.env \
    --setenv=CLOSURE_BOT_DATA_DIR=/var/lib/closure-bot \
    --setenv=CLOSURE_BOT_BACKUP_DIR=/var/lib/closure-bot/backups \
    --setenv=ORT_DISABLE_TELEMETRY=1 \
    -- /opt/closure-bot/bin/closure-bot "$@"
