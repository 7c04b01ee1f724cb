"""How a session finds its user: with the account beside it, in one query."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User


class LedgerBackend(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("account").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
