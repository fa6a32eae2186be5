"""The pages that send a list out as a file and take it back in two steps: the difference, then the confirmation."""

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from diginor.exchange.decoding import CSV, MOST_BYTES, XLSX, FileRefused
from diginor.exchange.tables import CONTENT_TYPES, csv_lines, read_table, xlsx_bytes
from diginor.exchange.tables_import import ADDED, CHANGED, DOUBT, ERROR, SAME, DataMoved, Line, Outcome, TableImport
from diginor.exchange.waiting import Seen, Waiting, find, keep
from diginor.text.wording import number

MOST_SHOWN, MOST_DOUBTS, MOST_MOVED = 200, 200, 10
EXPORT, IMPORT = "export", "import"


class ExchangeAdmin:
    """Adds to a list of the administration its export, and its import in two steps."""

    table_import: type[TableImport]
    staff_exchanges = frozenset({EXPORT, IMPORT})
    exchange_note: Any = ""
    change_list_template: Any = "admin/exchange/change_list.html"
    admin_site: Any
    model: Any
    opts: Any

    def may(self, request: HttpRequest, what: str) -> bool:
        """Whether the person sends this list out, or brings it back."""
        user: Any = request.user
        return bool(user.is_superuser or (user.is_staff and what in self.staff_exchanges))

    def get_urls(self) -> list[Any]:
        """The pages of the files before the stock ones."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        pages = [
            path("export/<slug:kind>/", self._guarded(EXPORT, self.export_view), name=f"{name}_export"),
            path("import/", self._guarded(IMPORT, self.import_view), name=f"{name}_import"),
        ]
        return [*pages, *super().get_urls()]  # type: ignore[misc]

    def _guarded(self, what: str, view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.may(request, what):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded: Any = self.admin_site.admin_view(inner)
        guarded.model_admin = self
        return guarded

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Tell the list which of its files the person may handle."""
        asked = f"?{request.GET.urlencode()}" if request.GET else ""
        links = self.exchange_links(request, asked)
        return super().changelist_view(request, {**links, **(extra_context or {})})  # type: ignore[misc]

    def exchange_links(self, request: HttpRequest, asked: str = "") -> dict[str, Any]:
        """Where the files of this list go out, filtered as the list is, and come back."""
        start = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        kinds = (CSV, XLSX) if self.may(request, EXPORT) else ()
        return {
            "export_urls": [(kind.upper(), reverse(f"{start}_export", args=[kind]) + asked) for kind in kinds],
            "import_url": reverse(f"{start}_import") if self.may(request, IMPORT) else "",
        }

    def export_view(self, request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
        """The rows of the list as it is filtered, those of the person's hubs only."""
        if kind not in CONTENT_TYPES:
            raise Http404
        table_import = self.table_import(request.user)
        try:
            rows = self.get_changelist_instance(request).queryset.order_by()  # type: ignore[attr-defined]
        except IncorrectLookupParameters as error:
            # The list itself would show everything instead, which nobody wants in a file.
            raise Http404 from error
        headings = list(table_import.headings.values())
        if kind == CSV:
            answer: Any = StreamingHttpResponse(csv_lines(headings, table_import.exported(rows)))
        elif len(rows.order_by("pk").values_list("pk")[: table_import.most_rows + 1]) > table_import.most_rows:
            text = _("Plus de %(most)s lignes : filtrez la liste, ou prenez le CSV.") % {
                "most": number(table_import.most_rows)
            }
            messages.error(request, text)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        else:
            answer = HttpResponse(xlsx_bytes(headings, table_import.exported(rows)))
        with override("fr"):
            name = f"{slugify(self.opts.verbose_name_plural)}-{timezone.localdate():%Y-%m-%d}.{kind}"
        answer["Content-Type"] = CONTENT_TYPES[kind]
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """First the file, then its difference with what is known, then the writing."""
        try:
            if "drop" in request.POST:
                find(request.POST.get("token", ""), self.opts.label, request.user).forget()
                messages.info(request, _("Rien n’a été écrit."))
            elif "token" in request.POST:
                return self._confirm(request)
            elif request.method == "POST":
                return self._compare(request)
        except FileRefused as refusal:
            return self._page(request, {"refusal": str(refusal)}, status=422)
        return self._page(request, {})

    def _compare(self, request: HttpRequest) -> HttpResponse:
        upload = request.FILES.get("file")
        if upload is None:
            raise FileRefused(_("Choisissez un fichier."))
        if (upload.size or 0) > MOST_BYTES:
            raise FileRefused(_("Ce fichier est trop lourd : 10 Mo au plus."))
        content = upload.read()
        outcome = _compared(self.table_import(request.user), content)
        return self._show(request, outcome, self._kept(request, content, outcome))

    def _kept(self, request: HttpRequest, content: bytes, outcome: Outcome) -> Waiting | None:
        """The file with the difference that is shown, where it can be confirmed."""
        if not outcome.can_be_confirmed:
            return None
        return keep(content, self.opts.label, request.user, outcome.summary())

    def _confirm(self, request: HttpRequest) -> HttpResponse:
        waiting = find(request.POST["token"], self.opts.label, request.user)
        seen, content = waiting.opened()
        try:
            outcome = self._write(request, seen, content)
        except (DataMoved, IntegrityError):
            waiting.forget()
            return self._compare_again(request, content, seen)
        if outcome.of(ERROR, DOUBT):
            return self._show(request, outcome, waiting, status=422)
        waiting.forget()
        messages.success(request, _told(outcome))
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _compare_again(self, request: HttpRequest, content: bytes, seen: Seen) -> HttpResponse:
        outcome = _compared(self.table_import(request.user), content)
        told = [_("Les données ont changé depuis : relisez la différence."), _told_of(outcome.moved_since(seen))]
        messages.warning(request, " ".join(filter(None, told)))
        return self._show(request, outcome, self._kept(request, content, outcome), status=409)

    def _write(self, request: HttpRequest, seen: Seen, content: bytes) -> Outcome:
        """Write everything or nothing, if the difference is still the one that was seen and no doubt is left."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import {self.opts.label}"])
            table_import = self.table_import(request.user)
            table_import.is_locking = True
            outcome = _compared(table_import, content)
            if outcome.moved_since(seen) or outcome.of(ERROR):
                raise DataMoved
            outcome.decide(request.POST)
            if not outcome.of(ERROR, DOUBT):
                table_import.write(outcome)
                self._log(request, outcome)
        return outcome

    def _log(self, request: HttpRequest, outcome: Outcome) -> None:
        """Tell in the history of each row that a file changed it."""
        options = [line.option for line in outcome.of(ADDED, CHANGED) if line.option and line.option.instance.pk]
        kind, user = ContentType.objects.get_for_model(self.model), cast(int, request.user.pk)
        with override("fr"):
            text = _("Import d’un fichier.")
        LogEntry.objects.bulk_create(
            LogEntry(
                user_id=user,
                content_type=kind,
                object_id=option.instance.pk,
                object_repr=str(option.instance)[:200],
                action_flag=ADDITION if option.is_new else CHANGE,
                change_message=text,
            )
            for option in options
        )

    def _show(
        self, request: HttpRequest, outcome: Outcome, waiting: Waiting | None, status: int = 200
    ) -> TemplateResponse:
        counts = outcome.counts
        context = {
            "outcome": outcome,
            "token": waiting.token() if waiting else "",
            "counts": _labels(counts),
            "undecided": counts[DOUBT] if status == 422 else 0,
            "faults": outcome.faults[: MOST_SHOWN * 5],
            "doubts": outcome.doubts[:MOST_DOUBTS],
            "changed": [line for line in outcome.of(CHANGED) if not line.is_open][:MOST_SHOWN],
            "added": [line for line in outcome.of(ADDED) if not line.is_open][:MOST_SHOWN],
            "most_shown": MOST_SHOWN,
            "too_many_doubts": len(outcome.doubts) > MOST_DOUBTS,
            "added_title": self.table_import.added_title,
        }
        return self._page(request, context, status, "admin/exchange/difference.html")

    def _page(
        self, request: HttpRequest, context: dict[str, Any], status: int = 200, template: str = ""
    ) -> TemplateResponse:
        table_import = self.table_import(request.user)
        names = capfirst(self.opts.verbose_name_plural)
        first = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("%(names)s : importer un fichier") % {"names": names},
            "note": self.exchange_note,
            "headings": [column.column_name for column in table_import.columns if not column.readonly],
            "most_rows": number(table_import.most_rows),
            "refusal": "",
        }
        chosen = template or "admin/exchange/upload.html"
        return TemplateResponse(request, chosen, {**first, **context}, status=status)


class ExchangeElsewhere:
    """A list that leads to the files of another one, where its people look for them."""

    exchanged_in: Any
    change_list_template: Any = "admin/exchange/change_list.html"
    admin_site: Any

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Tell the list where its files are."""
        links = self.admin_site._registry[self.exchanged_in].exchange_links(request)
        return super().changelist_view(request, {**links, **(extra_context or {})})  # type: ignore[misc]


def _compared(table_import: TableImport, content: bytes) -> Outcome:
    return table_import.compared(read_table(content, table_import.most_rows, table_import.readers))


def _labels(counts: Counter[str]) -> list[tuple[str, int]]:
    labels = {
        ERROR: _("en erreur"),
        DOUBT: _("à décider"),
        ADDED: ngettext("nouvelle", "nouvelles", counts[ADDED]),
        CHANGED: ngettext("modifiée", "modifiées", counts[CHANGED]),
        SAME: ngettext("inchangée", "inchangées", counts[SAME]),
    }
    return [(label, counts[kind]) for kind, label in labels.items() if counts[kind]]


def _told_of(moved: list[Line]) -> str:
    """The lines whose difference is another one since it was seen; nothing when none is."""
    if not moved:
        return ""
    names = [_("ligne %(line)s (%(name)s)") % {"line": line.number, "name": line.name} for line in moved[:MOST_MOVED]]
    if (others := len(moved) - MOST_MOVED) > 0:
        names.append(ngettext("%(count)s autre", "%(count)s autres", others) % {"count": others})
    return _("Ne disent plus la même chose : %(lines)s.") % {"lines": ", ".join(names)}


def _told(outcome: Outcome) -> str:
    counts = outcome.counts
    added = ngettext("%(count)s ligne ajoutée", "%(count)s lignes ajoutées", counts[ADDED]) % {"count": counts[ADDED]}
    changed = ngettext("%(count)s ligne modifiée", "%(count)s lignes modifiées", counts[CHANGED])
    return f"{added}, {changed % {'count': counts[CHANGED]}}."
