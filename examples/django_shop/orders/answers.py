"""What is refused is answered with the reason."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from orders.views import PaymentRefusedError

from crmkit import CrmkitError

Answer = Callable[[HttpRequest], HttpResponse]


class errors_are_answered:  # noqa: N801 -- middleware is called like a function
    """Answers errors that left a view, after its transaction was rolled back."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, _request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the answer; None where the error is nobody's to explain."""
        if isinstance(error, PaymentRefusedError):
            return JsonResponse({"error": "the bank does not pay"}, status=402)
        if isinstance(error, CrmkitError):
            return JsonResponse({"error": str(error)}, status=422)
        return None
