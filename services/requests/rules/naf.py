"""The French nomenclature of activities (NAF rév. 2, décret n° 2007-1888): does a code lie under a level of it?"""

from diginor.text.whole_numbers import is_whole_number

# Section letter: first and last division, both included.
SECTIONS = {
    "A": (1, 3), "B": (5, 9), "C": (10, 33), "D": (35, 35), "E": (36, 39), "F": (41, 43), "G": (45, 47),
    "H": (49, 53), "I": (55, 56), "J": (58, 63), "K": (64, 66), "L": (68, 68), "M": (69, 75), "N": (77, 82),
    "O": (84, 84), "P": (85, 85), "Q": (86, 88), "R": (90, 93), "S": (94, 96), "T": (97, 98), "U": (99, 99),
}  # fmt: skip


def lies_under(code: str, level: str) -> bool | None:
    """Tell whether a company's code lies under a level of the nomenclature; None when the code is too short to say.

    A level is a section (« J »), a division (« 62 »), a group (« 62.0 »), a class (« 62.01 ») or a sub-class
    (« 62.01Z »).
    """
    code, level = _bare(code), _bare(level)
    if not code or not level:
        return None
    if level in SECTIONS:
        first, last = SECTIONS[level]
        return is_whole_number(code[:2]) and first <= int(code[:2]) <= last
    if code.startswith(level):
        return True
    return None if level.startswith(code) else False


def _bare(code: str) -> str:
    return code.replace(".", "").replace(" ", "").upper()
