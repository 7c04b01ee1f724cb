#!/bin/sh
# 退回升级前的版本：rollback.sh [--yes]
# 两个版本的数据库结构相同时只切换程序，升级后录入的内容都在；不同时恢复升级前保存的数据库。
set -eu
umask 022
PREFIX=${PREFIX:-@PREFIX@}
. "$PREFIX/bin/lib.sh"
load_place || refuse "$PREFIX 中没有安装台账。"
[ "$SYSTEMD" = 0 ] || [ "$(id -u)" = 0 ] || refuse "请用 root 运行。"
exec 9> "$PREFIX/.lock"
flock -n 9 || refuse "安装程序正在运行。"
NOW=$(release_of "$PREFIX/current")
OLD=$(release_of "$PREFIX/previous")
[ -n "$OLD" ] && [ -d "$OLD/venv" ] || refuse "没有可退回的版本。"

RESTORE=''
if ! cmp -s "$NOW/MIGRATIONS" "$OLD/MIGRATIONS"; then
  RESTORE=$(cat "$NOW/SNAPSHOT" 2>/dev/null || true)
  [ -n "$RESTORE" ] && [ -e "$RESTORE" ] || refuse "数据库结构不同，而升级前保存的数据库找不到了，不能退回。"
  say "两个版本的数据库结构不同：数据库将恢复到 $RESTORE 的状态，"
  say "升级之后录入的内容不在其中（现在的数据库会先另存一份）。"
  if [ "${1:-}" != --yes ]; then
    printf '确定退回请输入 yes：'
    read -r answer || answer=''
    [ "$answer" = yes ] || refuse "没有退回，未作任何改动。"
  fi
fi

stop_services
if [ -n "$RESTORE" ]; then
  KEPT=$DATA/backups/before-back-$(date +%Y%m%d-%H%M%S)
  snapshot "$NOW" save "$KEPT" || { start_services; refuse "现在的数据库没能另存，没有退回。"; }
  say "现在的数据库已另存为 $KEPT"
  snapshot "$NOW" restore "$RESTORE" || { start_services; refuse "数据库没能恢复，没有退回。"; }
fi
point "$PREFIX/current" "$OLD"
rm -f "$PREFIX/previous"
if [ "$SYSTEMD" = 1 ]; then
  for unit in "$OLD"/deploy/systemd/*; do
    sed -e "s|@PREFIX@|$PREFIX|g" -e "s|@DATA@|$DATA|g" -e "s|@ETC@|$ETC|g" \
      -e "s|@USER@|$RUN_AS|g" -e "s|@BIND@|$BIND|g" "$unit" > "/etc/systemd/system/$(basename "$unit")"
  done
  systemctl daemon-reload
fi
start_services
answers "$OLD" || refuse "已切换到 $(basename "$OLD")，但服务没有应答：journalctl -u fazhi-ledger 查看原因。"
say "已退回：$(basename "$NOW") → $(basename "$OLD")。"
