"""How the ledger is served; gunicorn reads this file by itself when started in this folder."""

import os
import sys
from pathlib import Path

from django.conf import settings

from config.hosts import is_loopback

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

wsgi_app = "config.wsgi"
worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 10
loglevel = "error"  # what goes wrong in a page is logged by Django
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # nosec B108 # only looked whether it is there


def on_starting(server):
    """However it is started, a trial with known logins answers no other machine."""
    for address in server.cfg.address:
        host = address[0] if isinstance(address, tuple) else "localhost"
        if settings.DEMO and not is_loopback(host):
            sys.exit(f"DEMO: 演示模式只能用于本机 / demo mode is for loopback only, not {host}")
