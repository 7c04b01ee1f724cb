"""One factory a model: nothing random, the smallest valid object."""

from .access import AccountFactory, MembershipFactory, UserFactory, member
from .calendar import HolidayFactory
from .people import (
    AppointmentFactory,
    CertificateFactory,
    ExaminationFactory,
    PersonFactory,
    PostFactory,
)
from .units import (
    NOON,
    BureauFactory,
    CityFactory,
    UnitFactory,
    UnitKindFactory,
    UnitNameFactory,
)

__all__ = [
    "NOON",
    "AccountFactory",
    "AppointmentFactory",
    "BureauFactory",
    "CertificateFactory",
    "CityFactory",
    "ExaminationFactory",
    "HolidayFactory",
    "MembershipFactory",
    "PersonFactory",
    "PostFactory",
    "UnitFactory",
    "UnitKindFactory",
    "UnitNameFactory",
    "UserFactory",
    "member",
]
