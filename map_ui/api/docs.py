"""The API's description for people: the OpenAPI document as a plain page, with no script and no CDN."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every resource with its method, question and meaning, in the order of the addresses."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    return render(
        request, "api/docs.html", {"info": document["info"], "resources": list(_resources(document))}
    )


def _resources(document: dict[str, Any]) -> Any:
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            yield {
                "address": address,
                "method": method.upper(),
                "summary": operation.get("summary", ""),
                "description": operation.get("description", ""),
                "parameters": operation.get("parameters", []),
            }
