import factory
from django.contrib.auth.models import User

from reports.domain.access import Role
from reports.models import Account, FormerPassword, LoginSession, Membership, SecuritySettings

from .units import NOON, UnitFactory


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n + 1}")


class AccountFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Account

    user = factory.SubFactory(UserFactory)
    must_change_password = False


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    unit = factory.SubFactory(UnitFactory)
    role = Role.CLERK.value


def member(role, unit, **kwargs):
    """A login that holds the role at the unit."""
    return MembershipFactory(role=role.value, unit=unit, **kwargs).user


class FormerPasswordFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FormerPassword

    user = factory.SubFactory(UserFactory)
    password = "!"
    replaced_at = NOON


class LoginSessionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LoginSession

    session_key = factory.Sequence(lambda n: f"session{n + 1}")
    user = factory.SubFactory(UserFactory)
    began_at = NOON
    expire_date = NOON


class SecuritySettingsFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SecuritySettings
