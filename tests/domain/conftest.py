"""Property tests that find the same examples on every machine."""

from hypothesis import HealthCheck, settings

# Slow means a busy machine here, not a test that generates too much.
settings.register_profile(
    "house",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")
