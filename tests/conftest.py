"""What holds for all tests: how long an example takes is nobody's business, as machines are shared.

``pytest --hypothesis-profile thorough`` looks at 10,000 examples where a test does not say how many.
"""

from hypothesis import HealthCheck, settings

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", settings.get_profile("patient"), max_examples=10_000)
settings.load_profile("patient")
