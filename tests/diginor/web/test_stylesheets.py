"""One sheet per page: the collected one holds the others."""

import shutil
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from diginor.web.stylesheets import WholeSheetsStorage

SOURCE = Path(settings.BASE_DIR, "static")
SHEETS = ("tokens", "base", "components", "public")


def test_the_collected_sheet_of_every_page_holds_the_four_that_it_imports(tmp_path: Path) -> None:
    shutil.copytree(SOURCE, tmp_path, dirs_exist_ok=True)
    names = [str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*") if path.is_file()]
    storage = WholeSheetsStorage(location=tmp_path, base_url="/static/")
    source = FileSystemStorage(SOURCE)
    done = list(storage.post_process({name: (source, name) for name in names}))
    assert not [row for row in done if isinstance(row[2], Exception)]

    whole = (tmp_path / storage.stored_name("css/site.css")).read_text()
    places = [whole.index((SOURCE / f"css/{sheet}.css").read_text().splitlines()[0]) for sheet in SHEETS]
    assert (sorted(places), "@import" in whole) == (places, False)
    font = storage.stored_name("fonts/bricolage-grotesque.woff2")
    assert f'url("../{font}")' in whole
