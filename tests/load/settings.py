"""The product with a cheap hash of passwords: thousands of logins are made, none is protected."""

import os

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Nobody looks at the pages: style sheets need neither be compressed nor collected.
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if os.environ.get("TABLES_AT_ONCE"):
    # As --nomigrations of the tests: the tables as they are, not how they came to be.
    MIGRATION_MODULES = {name.rpartition(".")[2]: None for name in INSTALLED_APPS}
