"""Nonsense in the environment stops the start with one line that names the variable."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from reports.checks import settings_that_would_lie

ROOT = Path(__file__).resolve().parents[2]


def start(tmp_path, *command, **environment):
    return subprocess.run(
        [sys.executable, *(command or ("manage.py", "check"))],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_ROOT": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"),
        ("DEMO", "2"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://a/b"),
        ("DATABASE_URL", "postgresql://a:port/b"),
        ("EVIDENCE_MAX_MB", "twenty"),
        ("EVIDENCE_MAX_MB", "0"),
        ("IDLE_MINUTES", "-1"),
        ("LOCKOUT_MINUTES", "1.5"),
        ("TLS", "maybe"),
        ("HSTS_SECONDS", "-5"),
        ("ALLOWED_HOSTS", "https://ledger.example"),
        ("CSRF_TRUSTED_ORIGINS", "ledger.example"),
        ("SMTP_PORT", "mail"),
        ("SMTP_SECURITY", "ssl3"),
        ("SITE_ADDRESS", "ledger.example"),
        ("HSTS_SUBDOMAINS", "some"),
        ("SSO_MODE", "kerberos"),
        ("SSO_HEADER", "X_Remote_User"),
        ("SSO_CERTIFICATE_NAME", "O"),
        ("SSO_PASSWORD_LOGIN", "0"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("DATABASE_POOLED", "perhaps"),
        ("REPLICA_URL", "nonsense"),
        ("REPLICA_URL", "postgresql://replica/ledger"),  # beside SQLite
        ("EVIDENCE_S3_BUCKET", "Not_A_Bucket"),
        ("EVIDENCE_S3_ENDPOINT", "https://s3.example"),  # without a bucket
        ("EVIDENCE_S3_REGION", "here"),
    ],
)
def test_nonsense_stops_the_start(tmp_path, name, value):
    done = start(tmp_path, **{"SECRET_KEY": "x" * 50, name: value})

    assert done.returncode == 1
    assert name in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_mail_server_wants_a_sender(tmp_path):
    done = start(tmp_path, SECRET_KEY="x" * 50, SMTP_HOST="mail.example")

    assert done.returncode == 1
    assert "MAIL_FROM" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_sign_on_wants_its_proxies_named(tmp_path):
    done = start(tmp_path, SECRET_KEY="x" * 50, SSO_MODE="proxy-header")

    assert done.returncode == 1
    assert "TRUSTED_PROXIES" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_sign_on_is_nothing_for_a_trial(tmp_path):
    done = start(tmp_path, DEMO="1", SSO_MODE="proxy-header", TRUSTED_PROXIES="127.0.0.1")

    assert done.returncode == 1
    assert "SSO_MODE" in done.stderr


def test_deployed_with_tls_there_is_nothing_to_warn_of(tmp_path):
    done = start(
        tmp_path,
        "manage.py",
        "check",
        "--deploy",
        SECRET_KEY=secrets.token_urlsafe(50),
        ALLOWED_HOSTS="ledger.example",
        TLS="1",
        HSTS_SECONDS="31536000",
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


BUCKET = {
    "EVIDENCE_S3_BUCKET": "evidence",
    "EVIDENCE_S3_ENDPOINT": "https://s3.example",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVIDENCE_S3_ENDPOINT", ""),
        ("EVIDENCE_S3_ENDPOINT", "s3.example"),
        ("EVIDENCE_S3_REGION", "over there"),
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
    ],
)
def test_a_bucket_wants_all_that_belongs_to_it(tmp_path, name, value):
    done = start(tmp_path, **{"SECRET_KEY": "x" * 50} | BUCKET | {name: value})

    assert done.returncode == 1
    assert name in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_missing_secret_stops_the_start(tmp_path):
    done = start(tmp_path)

    assert done.returncode == 1
    assert "SECRET_KEY" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_secret_alone_is_enough(tmp_path):
    assert start(tmp_path, SECRET_KEY="x" * 50).returncode == 0


def test_trial_keeps_its_own_key_to_itself(tmp_path):
    assert start(tmp_path, DEMO="1").returncode == 0
    key = tmp_path / "secret_key"
    first = key.read_text()

    start(tmp_path, DEMO="1")

    assert key.read_text() == first
    assert key.stat().st_mode & 0o777 == 0o600


def test_trial_is_for_this_machine_only(tmp_path):
    named = start(tmp_path, DEMO="1", ALLOWED_HOSTS="ledger.example")
    bound = start(tmp_path, "tools/serve.py", DEMO="1", BIND_ADDRESS="0.0.0.0", PORT="18999")
    served = start(tmp_path, "-m", "gunicorn", "--bind", "0.0.0.0:18999", DEMO="1")

    assert [done.returncode for done in (named, bound, served)] == [1, 1, 1]
    assert "ALLOWED_HOSTS" in named.stderr
    assert "BIND_ADDRESS" in bound.stderr
    assert "DEMO" in served.stderr


def test_port_must_be_a_port(tmp_path):
    done = start(tmp_path, "tools/serve.py", DEMO="1", PORT="99999")

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "PORT" in done.stderr


@pytest.mark.django_db
def test_policy_is_the_one_promised(client):
    policy = client.get("/language/")["Content-Security-Policy"]

    assert set(policy.split("; ")) == {
        "default-src 'self'",
        "img-src 'self' data:",
        "frame-ancestors 'self'",
        "base-uri 'self'",
        "form-action 'self'",
    }


def test_a_clock_that_would_lie_is_reported(settings):
    settings.TIME_ZONE = "UTC"

    assert [error.id for error in settings_that_would_lie(None)] == ["reports.E001"]
