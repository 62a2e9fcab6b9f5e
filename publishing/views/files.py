"""A file that is about to be published, to the network that fetches it: the file and nothing else."""

from django.http import FileResponse, HttpRequest, HttpResponseBase, HttpResponseNotFound
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from publishing import public_files


@require_safe
def public_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """Anybody who has the address: no sign-in is asked, no cookie set. A cache may keep it as long as it holds."""
    found = public_files.found(token)
    if found is None:
        return HttpResponseNotFound(headers={"Cache-Control": "no-store"})
    request.META.pop("HTTP_ACCEPT_ENCODING", None)  # else it would be compressed on the way, and lose its length
    headers = {
        "Cache-Control": f"public, max-age={found.seconds}, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "ETag": f'"{found.sha256}"',
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    if kept := get_conditional_response(request, etag=headers["ETag"]):
        found.file.close()
        for name, value in headers.items():
            kept[name] = value
        return kept
    return FileResponse(found.file, content_type=found.mime_type, headers=headers, filename=found.sha256[:12])
