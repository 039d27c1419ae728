"""What is refused is answered with the reason."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from crmkit import CrmkitError
from orders.views import PaymentRefusedError

Answer = Callable[[HttpRequest], HttpResponse]


class ErrorsAreAnswered:
    """Answers errors that left a view, after its transaction was rolled back."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass a request on."""
        return self._get_response(request)

    def process_exception(self, _request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the answer; None where the error is nobody's to explain."""
        if isinstance(error, PaymentRefusedError):
            return JsonResponse({"error": "the bank does not pay"}, status=402)
        if isinstance(error, CrmkitError):
            return JsonResponse({"error": str(error)}, status=422)
        return None
