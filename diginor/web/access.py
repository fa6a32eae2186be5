"""Every view says who may enter: `@access(policy)`, with `policy(user) -> bool`."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

Policy = Callable[[Any], bool]


def public(user: Any) -> bool:
    """Anyone may enter, signed in or not."""
    return True


def signed_in(user: Any) -> bool:
    """Any person with an account may enter."""
    return user.is_authenticated


def access(policy: Policy) -> Callable:
    """Guard a view by a policy and write the policy on it, where the tests read it."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not policy(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access_policy = policy  # type: ignore[attr-defined]
        # LoginRequiredMiddleware reads this before the policy is asked.
        guarded.login_required = policy is not public  # type: ignore[attr-defined]
        return guarded

    return decorate
