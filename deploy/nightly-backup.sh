#!/bin/sh
# 每夜备份：一个带日期的备份文件，三十天前的删去（每月1日的保留）。由 fazhi-ledger-backup.service 运行。
set -eu
umask 077
FOLDER=${BACKUP_FOLDER:-$VAR_ROOT/backups}
mkdir -p "$FOLDER"
HERE=$(dirname "$0")
FILE=$FOLDER/ledger-$(date +%Y%m%d).backup
rm -f "$FILE"
"$HERE/../venv/bin/python" "$HERE/../code/manage.py" backup_ledger "$FILE"
find "$FOLDER" -maxdepth 1 -type f -name 'ledger-????????.backup' -mtime +30 ! -name 'ledger-??????01.backup' -delete
find "$FOLDER" -maxdepth 1 -type f -name 'before-*' -mtime +90 -delete
