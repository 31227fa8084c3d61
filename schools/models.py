from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A member of staff. Students have no accounts."""
