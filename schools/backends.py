from django.contrib.auth.backends import ModelBackend

from schools import second_factor
from schools.models import User


class StaffBackend(ModelBackend):
    """Brings the account of a request together with whether it asks for a code, which every page of the admin needs to know."""

    def get_user(self, user_id):
        user = second_factor.with_state(User.objects.filter(pk=user_id)).first()
        return user if user and self.user_can_authenticate(user) else None
