"""The State's codes in the lists of the portal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.organisations.enums import LegalForm, SizeCategory
from members.organisations.rules.company_record import legal_form_of, size_of


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("1000", "sole_trader"),
        ("5410", "sarl"),
        ("5498", "sarl"),
        ("5458", "cooperative"),
        ("5499", "sarl"),
        ("5599", "sa"),
        ("5699", "sa"),
        ("5710", "sas"),
        ("5720", "sas"),
        ("6317", "cooperative"),
        ("6540", "other"),
        ("4140", "public"),
        ("7210", "public"),
        ("9220", "association"),
        ("9230", "association"),
        ("9300", "other"),
        ("", ""),
        ("57", ""),
        ("0000", ""),
        ("2110", ""),
    ],
)
def test_legal_forms(code: str, form: str) -> None:
    assert legal_form_of(code) == form


@pytest.mark.parametrize(
    ("code", "size"),
    [
        *(("NN", ""), ("00", ""), ("01", "1-9"), ("03", "1-9"), ("11", "10-49"), ("12", "10-49"), ("21", "50-249")),
        *(("31", "50-249"), ("32", "250+"), ("53", "250+"), ("", ""), ("99", "")),
    ],
)
def test_sizes(code: str, size: str) -> None:
    assert size_of(code) == size


@given(st.text(max_size=6))
def test_any_code_gives_a_known_value_or_nothing(code: str) -> None:
    assert size_of(code) in ["", *SizeCategory.values]
    assert legal_form_of(code) in ["", *LegalForm.values]
