from contextlib import ExitStack
from tempfile import TemporaryFile

from django.http import FileResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from clusters import open_data as files
from clusters.models import DataSource


@require_safe
def open_data(request):
    """What can be taken away as a file, what is in each, and whose it is."""
    sources = DataSource.objects.order_by("title", "-released_on")
    return render(request, "clusters/open_data.html", {"files": files.FILES, "sources": sources})


@require_safe
def programs_csv(request):
    return _download(request, files.PROGRAMS_CSV)


@require_safe
def programs_json(request):
    return _download(request, files.PROGRAMS_JSON)


@require_safe
def clusters_json(request):
    return _download(request, files.CLUSTERS_JSON)


@require_safe
def occupations_csv(request):
    return _download(request, files.OCCUPATIONS_CSV)


def _download(request, data_file):
    """The file as an attachment, written to disk before its first byte is sent.

    Sent while it is read, it would end early after an error and look complete: the server closes such an answer as if all
    were well. And a slow visitor would hold a transaction open.
    """
    if request.method == "HEAD":
        headers = {"Content-Disposition": content_disposition_header(True, data_file.name)}
        return StreamingHttpResponse((), content_type=data_file.content_type, headers=headers)
    with ExitStack() as undo:
        file = undo.enter_context(TemporaryFile())
        data_file.write(file, site=request.build_absolute_uri("/").rstrip("/"))
        file.seek(0)
        # From here on the answer closes it.
        undo.pop_all()
    return FileResponse(file, as_attachment=True, filename=data_file.name, content_type=data_file.content_type)
