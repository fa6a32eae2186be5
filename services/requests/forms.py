"""The field for files: several at once, each checked by content."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from diginor.text.wording import file_size
from diginor.web.widgets import FileDrop
from services.requests.rules import files as rules

MOST_FILES = 5
HELP = gettext_lazy("PDF, image, Word, Excel, LibreOffice, texte ou CSV ; 10 Mo au plus par fichier.")


class ManyFiles(FileDrop):
    """A file input that takes several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile]:
        """All the files, where Django's own widget gives the last one."""
        return files.getlist(name) if hasattr(files, "getlist") else []


class FilesField(forms.FileField):
    """Files of accepted types; each refusal names its file, and the good ones are kept in `accepted`."""

    widget = ManyFiles

    def __init__(self, *, most: int = MOST_FILES, **kwargs: Any):
        """`most` is how many files may still be added."""
        self.most = most
        self.accepted: list[UploadedFile] = []
        widget = ManyFiles(attrs={"multiple": most > 1}, accept=rules.ACCEPT)
        super().__init__(**{"required": False, "help_text": HELP, "widget": widget, **kwargs})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Keep the good files, and say of each other one what is wrong with it."""
        uploads = [upload for upload in (data if isinstance(data, list | tuple) else [data]) if upload]
        problems: list[str] = []
        self.accepted = []
        for upload in uploads:
            if problem := self._problem(upload):
                problems.append(problem)
            else:
                self.accepted.append(upload)
        if problems:
            raise forms.ValidationError([forms.ValidationError(problem, code="file") for problem in problems])
        return self.accepted

    def _problem(self, upload: UploadedFile) -> str:
        """What keeps a file out, or nothing; a good one has its checked type written on it."""
        facts = {"name": upload.name, "most": self.most}
        if len(self.accepted) >= self.most:
            text = ngettext(
                "« %(name)s » n’a pas été joint : %(most)d fichier au plus.",
                "« %(name)s » n’a pas été joint : %(most)d fichiers au plus.",
                self.most,
            )
            return text % facts
        if not upload.size:
            return _("« %(name)s » est vide.") % facts
        if upload.size > settings.ATTACHMENT_MAX_BYTES:
            facts |= {"size": file_size(upload.size), "limit": file_size(settings.ATTACHMENT_MAX_BYTES)}
            return _("« %(name)s » est trop lourd : %(size)s, pour %(limit)s au plus.") % facts
        if rules.extension_of(upload.name or "") not in rules.EXTENSIONS:
            text = _("« %(name)s » n’est pas d’un type accepté. Joignez un PDF, une image ou un document.")
            return text % facts
        checked = rules.type_of(upload.name or "", upload)
        if not checked:
            text = _("« %(name)s » ne contient pas ce que son nom annonce. Enregistrez-le à nouveau en PDF.")
            return text % facts
        upload.content_type = checked
        return ""


def read_files(form: forms.Form, name: str) -> list[UploadedFile]:
    """The good files of a form, even when another field or another file is wrong."""
    return form.fields[name].accepted  # type: ignore[attr-defined]
