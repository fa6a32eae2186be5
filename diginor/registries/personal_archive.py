"""What one takes away of oneself: one archive with everything the registry knows in JSON, and the files beside it."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import PurePath
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder

from diginor.registries.personal_data import parts

# What is small stays in memory; files of ten megabytes each do not.
IN_MEMORY = 1_000_000


def archive(address: str) -> IO[bytes]:
    """The archive of an address, open at its beginning; a file that the disk lost is left out."""
    kept: Any = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    with ZipFile(kept, "w", ZIP_DEFLATED) as bundle:
        known = {part.code: part.export(address) for part in parts()}
        held = {code: data for code, data in known.items() if data}
        bundle.writestr("donnees.json", json.dumps(held, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        for name, content in _files(address):
            bundle.writestr(f"fichiers/{name}", content)
    kept.seek(0)
    return kept


def _files(address: str) -> Iterator[tuple[str, bytes]]:
    """Each file under a name of its own, without a way out of its folder."""
    taken: set[str] = set()
    for part in parts():
        for name, file in part.files(address):
            folder, _slash, label = name.partition("/")
            path = PurePath(folder) / PurePath(label).name
            number = 1
            while str(path) in taken:
                number += 1
                path = path.with_name(f"{PurePath(label).stem} ({number}){path.suffix}")
            taken.add(str(path))
            try:
                with file.open("rb") as content:
                    yield str(path), content.read()
            except FileNotFoundError:
                continue
