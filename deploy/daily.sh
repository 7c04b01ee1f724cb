#!/bin/sh
# 每日例行：编排应开事项，清理过期会话。由 fazhi-ledger-daily.service 运行；一项失败，其余照做。
set -u
HERE=$(dirname "$0")
failed=0
for command in plan_dues clearsessions; do
  "$HERE/../venv/bin/python" "$HERE/../code/manage.py" "$command" || failed=1
done
exit $failed
