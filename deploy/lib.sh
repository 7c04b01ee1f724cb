# 安装、升级、回退和日常命令共用的函数；由其他脚本读入，不单独运行。
# What all the scripts share. Settings of the place: PREFIX DATA ETC RUN_AS BIND SYSTEMD.

SERVICES="fazhi-ledger.service fazhi-ledger-jobs.service"
TIMERS="fazhi-ledger-daily.timer fazhi-ledger-backup.timer fazhi-ledger-audit.timer fazhi-ledger-digest.timer"

say() { printf '%s\n' "$*"; }
refuse() { printf '错误：%s\n' "$*" >&2; exit 1; }

# Values are taken as they stand: nothing in the file is run.
load_environment() {
  [ -r "$ETC/environment" ] || refuse "读不到 $ETC/environment，请用 root 运行。"
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      ''|'#'*) continue ;;
      *=*) ;;
      *) refuse "$ETC/environment 中有一行不是“名称=值”：$line" ;;
    esac
    name=${line%%=*} value=${line#*=}
    case $name in
      *[!A-Z0-9_]*|'') refuse "$ETC/environment 中的名称不对：$name" ;;
    esac
    case $value in
      \"*\") value=${value#\"} value=${value%\"} ;;
      \'*\') value=${value#\'} value=${value%\'} ;;
    esac
    export "$name=$value"
  done < "$ETC/environment"
}

# in_release RELEASE COMMAND…: as the account of the ledger, with the settings of this place.
in_release() {
  (
    release=$1; shift
    umask 077
    load_environment
    export STATIC_ROOT="$release/static" DJANGO_SETTINGS_MODULE=config.settings MALLOC_ARENA_MAX=1
    if [ "$(id -u)" = 0 ] && [ "$RUN_AS" != root ]; then
      exec runuser -u "$RUN_AS" -- "$@"
    fi
    exec "$@"
  )
}

manage() {
  manage_release=$1; shift
  in_release "$manage_release" "$manage_release/venv/bin/python" "$manage_release/code/manage.py" "$@"
}

snapshot() {
  snapshot_release=$1; shift
  in_release "$snapshot_release" "$snapshot_release/venv/bin/python" "$snapshot_release/deploy/snapshot.py" "$@"
}

# One rename: whoever looks sees the old release or the new one, never none.
point() {
  ln -sfn "$2" "$1.new"
  mv -T "$1.new" "$1"
}

release_of() { [ ! -L "$1" ] || readlink -f "$1"; }

stop_services() {
  [ "$SYSTEMD" = 1 ] || return 0
  # shellcheck disable=SC2086
  systemctl stop $SERVICES
}

start_services() {
  [ "$SYSTEMD" = 1 ] || return 0
  # shellcheck disable=SC2086
  systemctl start $SERVICES
}

answers() {
  [ "$SYSTEMD" = 1 ] || return 0
  "$1/venv/bin/python" - "$BIND" <<'PYTHON'
import sys, time, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
for _attempt in range(60):
    try:
        with opener.open(f"http://{sys.argv[1]}/healthz", timeout=5):
            sys.exit(0)
    except OSError:
        time.sleep(1)
sys.exit(1)
PYTHON
}

save_place() {
  {
    printf 'DATA=%s\n' "$DATA"
    printf 'ETC=%s\n' "$ETC"
    printf 'RUN_AS=%s\n' "$RUN_AS"
    printf 'BIND=%s\n' "$BIND"
    printf 'SYSTEMD=%s\n' "$SYSTEMD"
  } > "$PREFIX/place.new"
  mv "$PREFIX/place.new" "$PREFIX/place"
}

# What the first installation chose; an upgrade needs no option.
load_place() {
  [ -r "$PREFIX/place" ] || return 1
  while IFS= read -r line; do
    case $line in
      DATA=*) DATA=${line#*=} ;;
      ETC=*) ETC=${line#*=} ;;
      RUN_AS=*) RUN_AS=${line#*=} ;;
      BIND=*) BIND=${line#*=} ;;
      SYSTEMD=*) SYSTEMD=${line#*=} ;;
    esac
  done < "$PREFIX/place"
}
