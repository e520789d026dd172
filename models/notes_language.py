"""Whether a text, or a passage of it, is in a script or language that neither rules nor the tagger judge.

They know English, and Arabic in its own script. A word of another script is told by its letters; prose in another
language by CLD2, which Chromium asks what language a page is in, on windows of a few words. Telegraphic English is what
such identifiers take for Danish: windows therefore leave out names, abbreviations and units, and must be sure.
What has fewer than six such words (a label and a name) is not told from a name in English.
"""

import re
import unicodedata
from collections.abc import Iterator

WINDOW = 8
"""Words that are looked at together: a sentence, or half of one."""
STEP = 2
FEWEST_WORDS = 6
"""Fewer are a foreign term, not prose."""
OTHER_LETTERS = 2
"""As many of another script may be a name: a Chinese one has no more."""
SURE = 500
"""CLD2's score (how well the letters fit the language, relative to length) from which a window counts."""
SURER = {"da": 720, "ha": 720}
"""What abbreviated English resembles has to score more."""
JUDGED = frozenset({"en", "ar", "un", "la", "sco", "ia", "ie", "eo", "vo"})
"""English and Arabic, what CLD2 does not know, Latin (medicine's own), Scots, and planned languages nobody writes."""

_LATIN = r"A-Za-z\u00aa\u00ba\u00c0-\u02ff\u1d00-\u1dbf\u1e00-\u1eff\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab69"
_ARABIC = r"\u0600-\u06ff\u0750-\u077f\u0870-\u08ff"
_GREEK = r"\u0370-\u03ff\u1f00-\u1fff"
_OTHER_LETTER = re.compile(rf"(?![{_LATIN}{_ARABIC}{_GREEK}])[^\W\d_]")
_GREEK_WORD = re.compile(rf"(?:(?=[^\W\d_])[{_GREEK}]){{4,}}")  # not the α, μ or Δt of medicine
_ENDS = ".!?:"
_LATIN_WORD = re.compile(rf"(?<!\w)[{_LATIN}]+(?:['’ʼ‘-][{_LATIN}]+)*(?!\w)|[{_ENDS}]")
_ARABIC_WORD = re.compile(rf"(?:(?=[^\W\d_])[{_ARABIC}])+(?:\u200c(?:(?=[^\W\d_])[{_ARABIC}])+)*")
_VOWEL = re.compile(r"[aeiouy]", re.I)
_CITATION = re.compile(
    r"\b[^\W\d_][\w'’-]{1,40},? (?:[A-Z]\.?[ -]?){1,3}[,.:(][^\n]{0,250}?"
    r"\b(?:19|20)\d\d\s?[;:,]\s?\d{1,4}\s?(?:\(\w{1,9}\)\s?)?[:,]"
)
"""From an author with initials to year, volume and page."""

_ABBREVIATED = frozenset(["mod", "dil", "sag", "cor", "ax", "neg", "pos", "resp"])
"""Words of English notes that are words of Danish, Spanish or French, too."""

_UNKNOWN_TO_CLD2 = (
    # Hindi and Urdu in Latin letters
    "hai hain ka ki ke ko mein aur nahi nahin tha thi raha rahi gaya gayi liye mera meri mere unko unka bahut wala kya "
    "kripya naam umar saal hua hui karna karo tak wali apne iska uska kuch abhi aap pata takleef dard mareez",
    # Arabic in Latin letters
    "fel fil wel bel bil lel lil men min ala mesh mish mafish kan kanet elly illi dah lazem keda ana howa heya bent "
    "walad mareed maridah alam mostashfa embareh delwa'ty ba'd maa ma'a ya3ni w al el",
)
_FOREIGN = tuple(frozenset(words.split()) for words in _UNKNOWN_TO_CLD2)
_FEWEST_FOREIGN = 3


def unjudged(text: str) -> bool:
    """Whether `text` holds a word in another script, or a passage in another language, that could hide an identifier.

    Single foreign words, names, Latin terms and cited titles do not count.
    """
    plain = unicodedata.normalize("NFKC", text)
    return _in_another_script(plain) or any(_is_foreign(window) for window in _windows(plain))


def _in_another_script(text: str) -> bool:
    letters = (match for _, match in zip(range(OTHER_LETTERS), _OTHER_LETTER.finditer(text), strict=False))
    return sum(1 for _ in letters) == OTHER_LETTERS or _GREEK_WORD.search(text) is not None


def _windows(text: str) -> Iterator[list[str]]:
    """Runs of words of one script, overlapping."""
    for words in (list(_prose(_CITATION.sub("\n", text))), _ARABIC_WORD.findall(_without_marks(text))):
        if len(words) >= FEWEST_WORDS:
            last = max(0, len(words) - WINDOW)
            for start in (*range(0, last, STEP), last):
                yield words[start : start + WINDOW]


def _prose(text: str) -> Iterator[str]:
    """The words in Latin letters that are neither names nor abbreviations, in lower case."""
    for line in text.split("\n"):
        found = _LATIN_WORD.findall(line)
        capitals = sum(word.isupper() for word in found)
        shouted = capitals > 0.7 * sum(word not in _ENDS for word in found) and capitals >= FEWEST_WORDS
        begins = True
        for word in found:
            if word in _ENDS:
                begins = True
                continue
            is_plain = shouted or word.islower() or (begins and word[1:].islower())
            if is_plain and word.lower() not in _ABBREVIATED and _VOWEL.search(unicodedata.normalize("NFD", word)):
                yield word.lower()
            begins = False


def _without_marks(text: str) -> str:
    return re.sub(r"[\u0610-\u061a\u0640\u064b-\u065f\u0670]", "", text)


def _is_foreign(window: list[str]) -> bool:
    import pycld2

    known = set(window)
    if any(len(known & foreign) >= _FEWEST_FOREIGN for foreign in _FOREIGN):
        return True
    try:
        sure, _, details = pycld2.detect(" ".join(window))
    except pycld2.error:
        return True
    _, language, _, score = details[0]
    return bool(sure) and language not in JUDGED and score >= SURER.get(language, SURE)
