"""How a session finds its user: with the account beside it, in one query."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User

from reports.views.entering import may_come_in


class LedgerBackend(ModelBackend):
    """Asks whether a login is closed or over only after the password, which is hashed for all."""

    def user_can_authenticate(self, user: User) -> bool:
        return may_come_in(user)

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("account").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
