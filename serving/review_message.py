"""What the uploader of a case is told: composed of categories and places, so that no patient data can be in it."""

from collections.abc import Sequence

from phivet.serving.decisions import Choice, identified
from phivet.serving.languages import Language
from phivet.serving.lines import Line, Where
from phivet.serving.review_words import category, files, position
from phivet.serving.tables import Mark, Verdict

LENGTH = 4_000
_OPENINGS = {
    Choice.SEND_BACK: "Your case cannot be published as it is: it identifies a person. Please take out what is listed, "
    "and send it again.",
    Choice.REMOVE: "Your case was removed, because it identifies a person:",
    Choice.ASK_CONSENT: "Your case identifies a person. It can be published only with that person's informed consent, "
    "in writing, for what is listed:",
}
_REMEDIES = {
    Where.HEADERS: "In DICOM headers: export the images anonymised, or empty these attributes.",
    Where.PIXELS: "In pixels: black out the text, or crop it away; a rectangle drawn on top in an editor can often be "
    "lifted off again.",
    Where.OVERLAY: "In overlays: remove the overlay from the file.",
    Where.ICON: "In icons: remove the icon image from the file.",
    Where.NOTES: "In notes: leave the words out, or say them in general (a woman in her sixties).",
    Where.PROPERTIES: "In file names and properties: rename the file and strip its metadata.",
    Where.VOLUMES: "In volumes of the head: deface them.",
    Where.FILES: "In whole files: leave the file out.",
}


def compose(
    choice: Choice, found: Sequence[Line], said: dict[str, Verdict], marks: Sequence[Mark], language: Language
) -> str | None:
    """The message, or None where there is nothing to tell. What was judged wrong is not in it."""
    if choice is Choice.PUBLISH:
        return None
    entries: dict[tuple[str, str, str], list[str]] = {}
    remedies: dict[str, None] = {}
    for line in found:
        what = identified(line.action, line.category, said.get(line.findings[0].id))
        if what is None:
            continue
        where = files(line.sources, language), language.text(line.where), category(what, language)
        entries.setdefault(where, []).append(position(line, language))
        remedies[_REMEDIES[line.where]] = None
    for each in marks:
        file, _, rest = place_of(each, language).partition(", ")
        where = file, language.text(_where(each)), category(each.category, language)
        entries.setdefault(where, []).append(rest)
        remedies[_REMEDIES[_where(each)]] = None
    opening = language.text(_OPENINGS[choice])
    advice = [language.text(remedy) for remedy in remedies] if choice is Choice.SEND_BACK else []
    listed = [f"– {file}, {where}: {what} ({'; '.join(at)})" for (file, where, what), at in entries.items()]
    text = "\n\n".join(part for part in (opening, "\n".join(listed), "\n".join(advice)) if part)
    return text if len(text) <= LENGTH else text[: LENGTH - 1].rsplit("\n", 1)[0] + "\n…"


def place_of(mark: Mark, language: Language) -> str:
    """Where a moderator's mark lies: "file 3, frame 0", "file 1, PatientComments (0010,4000)"."""
    place = mark.place
    first = files([str(place["source"])], language)
    match place["kind"]:
        case "box" if "page" in place:
            return f"{first}, {language.text('page {n}', n=place['page'])}"
        case "box":
            return f"{first}, {language.text('frame {n}', n=place['frame'])}"
        case "span":
            return f"{first}, {language.text('characters {start}–{end}', start=place['start'], end=place['end'])}"
        case _:
            return f"{first}, {place['path']}"


def _where(mark: Mark) -> Where:
    match mark.place["kind"]:
        case "box":
            return {"overlay": Where.OVERLAY, "icon": Where.ICON}.get(mark.place["plane"], Where.PIXELS)
        case "span":
            return Where.NOTES
        case _:
            return Where.HEADERS if str(mark.place["path"]).startswith("(") else Where.PROPERTIES
