from contextlib import ExitStack
from tempfile import TemporaryFile

from django.db import connection
from django.http import FileResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from clusters import open_data as files
from clusters.models import DataSource
from clusters.open_data.keeping import kept


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
    site = request.build_absolute_uri("/").rstrip("/")
    if connection.in_atomic_block:
        # What is read here may be undone, and its version be given to other content.
        return _attached(data_file, _made_for_one(data_file, site))
    file, etag = kept(data_file, site=site)
    answer = _attached(data_file, file)
    answer["ETag"], answer["Cache-Control"] = etag, "no-cache"
    given = get_conditional_response(request, etag=etag, response=answer)
    if given is not answer:
        file.close()
    return given


def _made_for_one(data_file, site):
    with ExitStack() as undo:
        file = undo.enter_context(TemporaryFile())
        data_file.write(file, site=site)
        file.seek(0)
        # From here on the answer closes it.
        undo.pop_all()
    return file


def _attached(data_file, file):
    return FileResponse(file, as_attachment=True, filename=data_file.name, content_type=data_file.content_type)
