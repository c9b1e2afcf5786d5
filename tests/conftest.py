"""What holds for every test: generated examples are the same on every run, and no example has a stopwatch."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "oncall",
    derandomize=True,
    deadline=None,
    max_examples=45,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("oncall")
