"""Why a topic answers a search: the words that both have."""

from diginor.text.search import plain

SHORTEST_WORD = 3
SHORTEST_STEM = 4
# Words too common to explain anything; they come from plain(), hence without accents.
EMPTY_WORDS = frozenset(
    {
        "avec",
        "avoir",
        "aux",
        "cette",
        "comment",
        "dans",
        "des",
        "elle",
        "est",
        "etre",
        "faire",
        "les",
        "leur",
        "mes",
        "mon",
        "nos",
        "notre",
        "nous",
        "par",
        "pas",
        "plus",
        "pour",
        "que",
        "qui",
        "quoi",
        "sans",
        "ses",
        "son",
        "sont",
        "sur",
        "tout",
        "tous",
        "une",
        "veut",
        "vos",
        "votre",
        "vous",
        "besoin",
        "voudrais",
        "voulons",
        "souhaite",
        "the",
        "and",
        "for",
        "our",
        "with",
    }
)


def shared_words(asked: str, topic_words: str) -> list[str]:
    """The words of a search that a topic has too, in the order they were asked, whatever their ending."""
    known = {word for word in plain(topic_words).split() if len(word) >= SHORTEST_WORD}
    shared = []
    for word in asked.replace("’", " ").replace("'", " ").split():
        bare = plain(word)
        if bare and bare not in EMPTY_WORDS and any(_same_root(bare, other) for other in known):
            shared.append(word.strip(",.;:!?()«»\u202f").lower())
    return list(dict.fromkeys(shared))


def _same_root(one: str, other: str) -> bool:
    """Whether two words differ by their ending only: « former » and « formation », not « port » and « portail »."""
    if one == other:
        return True
    shortest = min(len(one), len(other))
    common = next((place for place in range(shortest) if one[place] != other[place]), shortest)
    if common < max(SHORTEST_STEM, shortest - 2):
        return False
    longest_ending = max(len(one), len(other)) - common
    return longest_ending <= (2 if common == SHORTEST_STEM == shortest else 5)
