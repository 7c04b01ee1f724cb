#!/bin/sh
# 法治台账安装程序：第一次运行是安装，以后运行新版本的安装程序是升级。不需要网络。
#
#   ./install.sh [--hosts 名称,名称] [--prefix /opt/fazhi-ledger] [--data /var/lib/fazhi-ledger]
#                [--etc /etc/fazhi-ledger] [--user fazhi] [--bind 127.0.0.1:8000]
#                [--database-url postgresql://…] [--no-systemd]
set -eu
umask 022
cd "$(dirname "$0")"
HERE=$(pwd)
. ./deploy/lib.sh

PREFIX=/opt/fazhi-ledger DATA=/var/lib/fazhi-ledger ETC=/etc/fazhi-ledger
RUN_AS=fazhi BIND=127.0.0.1:8000 SYSTEMD=1 HOSTS='' DATABASE=''
PYTHON=${PYTHON:-/usr/bin/python3.11}
for argument in "$@"; do
  [ "${before:-}" != --prefix ] || PREFIX=$argument
  before=$argument
done
load_place || true
while [ $# -gt 0 ]; do
  case $1 in
    --no-systemd) SYSTEMD=0; shift; continue ;;
    -h|--help) sed -n '2,6p' install.sh | cut -c 3-; exit 0 ;;
    --prefix|--data|--etc|--user|--bind|--hosts|--database-url)
      [ $# -ge 2 ] || refuse "$1 缺少值。" ;;
    *) refuse "没有参数 $1，运行 ./install.sh --help 查看用法。" ;;
  esac
  case $1 in
    --prefix) PREFIX=$2 ;;
    --data) DATA=$2 ;;
    --etc) ETC=$2 ;;
    --user) RUN_AS=$2 ;;
    --bind) BIND=$2 ;;
    --hosts) HOSTS=$2 ;;
    --database-url) DATABASE=$2 ;;
  esac
  shift 2
done
for place in "$PREFIX" "$DATA" "$ETC"; do
  case $place in
    /*[!A-Za-z0-9._/-]*|/|[!/]*) refuse "路径须以/开头，只含字母、数字和 . _ -：$place" ;;
  esac
done
[ "$SYSTEMD" = 1 ] || RUN_AS=$(id -un)

say "一、核对安装包"
[ -r SHA256SUMS ] || refuse "安装包不完整：缺少 SHA256SUMS。"
listed=$(wc -l < SHA256SUMS)
found=$(find . -type f ! -path ./SHA256SUMS | wc -l)
[ "$listed" -eq "$found" ] || refuse "安装包中的文件数不对：清单${listed}个，实有${found}个。未作任何改动。"
sha256sum --check --quiet --strict SHA256SUMS || refuse "安装包已损坏或被改动，见上面列出的文件。未作任何改动。"
VERSION=$(sed -n 1p code/VERSION)
say "    版本 $VERSION，$found 个文件完好"

say "二、检查服务器"
[ "$SYSTEMD" = 0 ] || [ "$(id -u)" = 0 ] || refuse "请用 root 运行。"
[ -x "$PYTHON" ] || refuse "没有 $PYTHON：需要 Debian 12 的 python3 和 python3-venv（安装光盘中有）。"
"$PYTHON" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || refuse "$PYTHON 不是 Python 3.11。"
"$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || refuse "缺少 python3-venv（安装光盘中有）。"
[ "$(uname -m)" = x86_64 ] || refuse "本安装包用于 x86_64，本机是 $(uname -m)。"
mkdir -p "$PREFIX/releases" "$(dirname "$DATA")"
for place in "$PREFIX" "$(dirname "$DATA")"; do
  [ "$(df -Pk "$place" | awk 'NR == 2 { print $4 }')" -ge 1048576 ] || refuse "$place 所在磁盘剩余不足1GB。"
done
exec 9> "$PREFIX/.lock"
flock -n 9 || refuse "另一个安装程序正在运行。"
OLD=$(release_of "$PREFIX/current")
NEW=$PREFIX/releases/$VERSION
[ "$OLD" != "$NEW" ] || { say "版本 $VERSION 已在使用，没有要做的。"; exit 0; }

say "三、账号和目录"
if [ "$SYSTEMD" = 1 ] && ! id "$RUN_AS" > /dev/null 2>&1; then
  useradd --system --user-group --home-dir "$DATA" --no-create-home --shell /usr/sbin/nologin "$RUN_AS"
fi
GROUP=$(id -gn "$RUN_AS")
mkdir -p "$DATA/backups" "$ETC"
chmod 750 "$DATA" "$ETC"
chmod 700 "$DATA/backups"
[ "$(id -u)" != 0 ] || chown "$RUN_AS:$GROUP" "$DATA" "$DATA/backups"

say "四、安装程序文件（约一分钟）"
rm -rf "$NEW"
mkdir "$NEW"
# A release that is not finished is never pointed to; the next attempt removes it.
cp -R code static manual deploy "$NEW/"
chmod -R u=rwX,go=rX "$NEW"
"$PYTHON" -m venv "$NEW/venv"
PIP_CONFIG_FILE=/dev/null "$NEW/venv/bin/python" -m pip --isolated install --quiet --no-index --no-deps \
  --disable-pip-version-check --find-links "$HERE/wheels" --require-hashes -r requirements.lock
"$NEW/venv/bin/python" -m compileall -q "$NEW/code/config" "$NEW/code/reports"

if [ ! -e "$ETC/environment" ]; then
  key=$("$NEW/venv/bin/python" -c 'import secrets; print(secrets.token_urlsafe(50))')
  hosts_line="# ALLOWED_HOSTS=ledger.example"
  [ -z "$HOSTS" ] || hosts_line="ALLOWED_HOSTS=$HOSTS"
  (
    umask 077
    cat > "$ETC/environment.new" <<ENVIRONMENT
# 法治台账的设置，每行一个“名称=值”；各项含义见运行手册。含有密钥，只许 root 读取。
# 改动后运行 systemctl restart fazhi-ledger fazhi-ledger-jobs。
SECRET_KEY=$key
$hosts_line
VAR_ROOT=$DATA
DATABASE_URL=${DATABASE:-sqlite:///$DATA/ledger.sqlite3}
TLS=1
BEHIND_PROXY=1
HSTS_SECONDS=31536000
# SMTP_HOST=
# MAIL_FROM=
# SITE_ADDRESS=https://
ENVIRONMENT
  )
  mv "$ETC/environment.new" "$ETC/environment"
  say "    已生成 $ETC/environment（含密钥，请另行妥善保存一份）"
fi

SAVED=''
# Whatever fails from here on: the database as it was, the release that ran before.
back_out() {
  trap - EXIT INT TERM
  if [ -n "$OLD" ]; then
    say "升级未成功，正在恢复原版本……" >&2
    [ -z "$SAVED" ] || snapshot "$NEW" restore "$SAVED" || say "数据库未能恢复，升级前的副本在 $SAVED" >&2
    point "$PREFIX/current" "$OLD"
    [ "$SYSTEMD" = 0 ] || install_units "$OLD" || true
    start_services || true
  fi
  refuse "安装未完成，原因见上。${OLD:+原版本 $(basename "$OLD") 继续使用。}"
}

install_units() {
  [ "$SYSTEMD" = 1 ] || return 0
  for unit in "$1"/deploy/systemd/*; do
    sed -e "s|@PREFIX@|$PREFIX|g" -e "s|@DATA@|$DATA|g" -e "s|@ETC@|$ETC|g" \
      -e "s|@USER@|$RUN_AS|g" -e "s|@BIND@|$BIND|g" "$unit" > "/etc/systemd/system/$(basename "$unit")"
  done
  sed -e "s|@USER@|$RUN_AS|g" "$1/deploy/logrotate" > /etc/logrotate.d/fazhi-ledger
  mkdir -p /var/log/fazhi-ledger
  systemctl daemon-reload
}

trap back_out EXIT INT TERM
if [ -n "$OLD" ]; then
  say "五、停止服务，保存升级前的数据库"
  stop_services
  SAVED=$DATA/backups/before-$VERSION-$(date +%Y%m%d-%H%M%S)
  snapshot "$NEW" save "$SAVED"
  printf '%s\n' "$SAVED" > "$NEW/SNAPSHOT"
else
  say "五、建立数据库"
fi
manage "$NEW" check --deploy --fail-level ERROR
manage "$NEW" migrate --no-input --verbosity 0
manage "$NEW" migrate --check --verbosity 0
manage "$NEW" showmigrations --plan --no-color | sed 's/^\[.\] *//' > "$NEW/MIGRATIONS"
# A new ledger stays empty, so that a backup or another ledger's file can still be read into it.
if [ -n "$OLD" ]; then
  manage "$NEW" seed_holidays --verbosity 0
  manage "$NEW" plan_dues --verbosity 0
fi

say "六、切换到 $VERSION"
save_place
mkdir -p "$PREFIX/bin"
for script in fazhi-ledger rollback.sh lib.sh; do
  sed "s|@PREFIX@|$PREFIX|g" "$NEW/deploy/$script" > "$PREFIX/bin/$script.new"
  chmod 755 "$PREFIX/bin/$script.new"
  mv "$PREFIX/bin/$script.new" "$PREFIX/bin/$script"
done
[ "$SYSTEMD" = 0 ] || ln -sfn "$PREFIX/bin/fazhi-ledger" /usr/local/bin/fazhi-ledger
install_units "$NEW"
point "$PREFIX/current" "$NEW"
start_services
answers "$NEW" || { say "新版本一分钟内没有应答。" >&2; exit 1; }
trap - EXIT INT TERM
[ -z "$OLD" ] || point "$PREFIX/previous" "$OLD"
if [ "$SYSTEMD" = 1 ]; then
  # shellcheck disable=SC2086
  systemctl enable --quiet $SERVICES
  # shellcheck disable=SC2086
  systemctl enable --quiet --now $TIMERS
fi
# The release in use and the one before stay; older ones are of no use to go back to.
for each in "$PREFIX"/releases/*; do
  case $each in "$NEW"|"${OLD:-none}") ;; *) rm -rf "$each" ;; esac
done

say ""
if [ -n "$OLD" ]; then
  say "已升级：$(basename "$OLD") → $VERSION。"
  say "如需退回：$PREFIX/bin/rollback.sh"
else
  say "已安装 $VERSION，服务地址 http://$BIND（只供本机的nginx转发，样例见 $NEW/deploy/nginx.conf）。"
  if token=$(manage "$NEW" start_token 2>/dev/null); then
    say "启用口令：$token"
    say "请用浏览器打开台账，按页面提示启用。"
  fi
fi
