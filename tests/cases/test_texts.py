"""Texts of every format are read, in hidden places too, and every character knows where it stands."""

import html
import io
import json
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phivet.cases.coverage import Unread
from phivet.cases.description import Description, Missed, Text
from phivet.cases.errors import UnreadableError
from phivet.cases.limits import Limits
from phivet.cases.parts import Note
from phivet.cases.places import Plane, Span
from phivet.cases.texts import TextFile, decoded_text, read

LIMITS = Limits()


def texts(content: str | bytes, suffix: str) -> list[str]:
    data = content.encode() if isinstance(content, str) else content
    return [text.text for text in read(data, suffix, LIMITS).texts]


def first(content: str | bytes, suffix: str) -> str:
    return texts(content, suffix)[0]


def note(text: Text) -> Note:
    return Note("file-1", text.text, text.runs, text.page)


def standing_at(content: str, suffix: str, words: str) -> str:
    """What stands in the file where `words` is read."""
    for text in read(content.encode(), suffix, LIMITS).texts:
        at = text.text.find(words)
        if at >= 0:
            place = note(text).place(at, at + len(words))
            assert isinstance(place, Span)
            return content[place.start : place.end]
    raise AssertionError(f"nowhere is read {words!r}")


@pytest.mark.parametrize("suffix", [".txt", ".md", ".csv", ".tsv", ".log", "", ".unheard-of"])
def test_plain_text_is_read_as_it_stands(suffix: str) -> None:
    content = "Name,MRN\r\nJohn Smith,1234567\r\n\tsee **J. Brown**\x0c"
    (text,) = read(content.encode(), suffix, LIMITS).texts
    assert text == Text(content, ((0, 0),))


def test_characters_that_show_nothing_do_not_hide_a_name() -> None:
    content = "Jo\u00adhn Sm\u200bi\u200dth, \u202bمحمد\u202c می\u200cخواهم"
    assert first(content, ".txt") == "John Smith, محمد می\u200cخواهم"
    assert standing_at(content, ".txt", "John Smith") == "Jo\u00adhn Sm\u200bi\u200dth"


@pytest.mark.parametrize(
    ("content", "read_as"),
    [
        ("<p><b>J</b>ohn <i>Sm</i>ith</p>", "John Smith"),
        ("<p>John\n     Smith</p>", "John Smith"),
        ("John<br>Smith", "John\nSmith"),
        ("<div>John</div><div>Smith</div>", "John\nSmith"),
        ("<tr><td>MRN</td><td>1234567</td></tr>", "MRN\t1234567"),
        ("<li>one<li>two", "one\ntwo"),
        ("J&ouml;hn &amp; M&#252;ller &#x4e; &NotEqualTilde;", "Jöhn & Müller N ≂̸"),
        ("Jo&shy;hn", "Jo\u00adhn"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a < b > c <3 <", "a < b > c <3 <"),
        ("<title>Case of <b>John</title>", "Case of <b>John"),
        ("<P CLASS='x>y'>John</P>", "John"),
        ("x<!-->John", "xJohn"),
        ("<![CDATA[John]]>", "John"),
        ("<p>unclosed <b", "unclosed "),
        ("<custom-tag>Jo</custom-tag>hn", "John"),
        ("<é> J < 3", "<é> J < 3"),
    ],
)
def test_html_is_read_as_people_see_it(content: str, read_as: str) -> None:
    assert first(content, ".html").strip("\n\t") == read_as


def test_text_hidden_in_html_is_read() -> None:
    content = """<html><head><meta name="author" content="Dr. A&amp;B"><style>/* by Carl */</style></head><body>
    <img alt="knee of Dora" title=Emil src="f.png"><input name="mrn" value='1234567' data-note="Gus">
    <!-- for Hans --><script>var who = "Ida";</script><p style="display:none">Jack</p><?php echo "Kim" ?></ Lea>
    <Max Noel>"""
    seen, attributes, comments, code = texts(content, ".html")
    assert "Jack" in seen
    assert "name: author content: Dr. A&B\n" in attributes
    assert "alt: knee of Dora title:Emil src: f.png\n" in attributes
    assert "name: mrn value: 1234567 data-note: Gus" in attributes
    assert "Max Noel" in attributes
    assert [name in comments for name in ("Hans", "Kim", "Lea")] == [True, True, True]
    assert [name in code for name in ("Carl", "Ida")] == [True, True]


@pytest.mark.parametrize("suffix", [".txt", ".html", ""])
def test_html_is_known_by_its_beginning_too(suffix: str) -> None:
    assert first("<!-- saved --> <!DOCTYPE html><p><b>J</b>ohn", suffix).strip() == "John"


@pytest.mark.parametrize(
    ("content", "words", "standing"),
    [
        ("<p>Mr <b>J</b>ohn Smith</p>", "John Smith", "J</b>ohn Smith"),
        ("<p>Mr J&ouml;hn Smith</p>", "Jöhn Smith", "J&ouml;hn Smith"),
        ("<p>Mr John\n   Smith</p>", "John Smith", "John\n   Smith"),
        ("<img alt='A &amp; John Smith'>", "John Smith", "John Smith"),
        ("<!-- ask John Smith -->", "John Smith", "John Smith"),
    ],
)
def test_words_of_html_are_found_at_their_place(content: str, words: str, standing: str) -> None:
    assert standing_at(content, ".html", words) == standing


def test_xml_keeps_the_names_of_elements_beside_their_text() -> None:
    content = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY who "Zoe">]>
    <ClinicalDocument><id root="2.16" extension="1234567"/><given>John</given><family>Sm&amp;th</family>
    <note><![CDATA[free <text> of Ann]]></note><!-- by Bob --></ClinicalDocument>"""
    seen, attributes, comments = texts(content, ".xml")
    assert "given:John\nfamily:Sm&th\n" in seen
    assert "note:free <text> of Ann" in seen
    assert "id root: 2.16 extension: 1234567" in attributes
    assert [name in comments for name in ("Zoe", "Bob")] == [True, True]
    assert standing_at(content, ".xml", "family:Sm&th") == "family>Sm&amp;th"


def test_a_drawing_in_xml_is_reported() -> None:
    content = '<svg xmlns="http://www.w3.org/2000/svg"><text>John</text><path d="M0 0"/></svg>'
    description = read(content.encode(), ".svg", LIMITS)
    assert description.missed == (Missed(Unread.MEDIUM),)
    assert "John" in description.texts[0].text


@pytest.mark.parametrize(
    ("content", "read_as"),
    [
        ('{"mrn": 1234567}', "mrn: 1234567"),
        ('{"mrn":1234567,"name":"John Smith"}', "mrn: 1234567\nname: John Smith"),
        ('{"patient": {"name": ["John", "Ann"], "dead": false}}', "patient: \nname: John\nAnn\ndead: false"),
        ('["a", [], {}, null, -1.5e3]', "a\nnull\n-1.5e3"),
        (r'"Q\u00fcirin\n\"Lee\" \ud83d\ude00 \ud83d \/"', 'Qüirin\n"Lee" 😀 � /'),
        ('{"a": 1}\n{"a": 2}\n', "a: 1\na: 2"),
        ("  17 ", "17"),
    ],
)
def test_json_keeps_keys_beside_their_values(content: str, read_as: str) -> None:
    assert first(content, ".json").replace("\n\n", "\n") == read_as


@pytest.mark.parametrize(
    "content", ['{"a": 1,}', "{a: 1}", '{"a" 1}', "[1 2", '["\\x41"]', "]", '{"a": 1} x', "[1,,2]"]
)
def test_what_is_no_json_is_read_as_plain_text(content: str) -> None:
    assert read(content.encode(), ".json", LIMITS).texts == (Text(content, ((0, 0),)),)


def test_words_of_json_are_found_at_their_place() -> None:
    content = r'{"note": "seen by \"J\u00fcrgen\" today", "mrn": 1234567}'
    assert standing_at(content, ".json", '"Jürgen"') == r"\"J\u00fcrgen" + "\\"
    assert standing_at(content, ".json", "mrn: 1234567") == 'mrn": 1234567'


def test_json_may_be_nested_deeper_than_the_stack() -> None:
    content = '{"a":' * 50_000 + '"John"' + "}" * 50_000
    assert first(content, ".json").endswith("John")


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        ('<img alt="x" src="data:image/png;base64,iVBORw0KGgo=">', ".html"),
        ("![x](data:image/jpeg;base64,/9j/4AAQ)", ".md"),
        ("![x](data:image/svg+xml,%3Csvg%3E)", ".md"),
        ("see data:application/pdf;charset=utf-8;base64,JVBERi0=", ".txt"),
        ('{"photo": "' + "QUJD" * 400 + '"}', ".json"),
        ("attached:\n" + ("QUJD" * 19 + "\n") * 20, ".txt"),
    ],
)
def test_a_file_packed_into_text_is_reported_and_not_read(content: str, suffix: str) -> None:
    description = read(content.encode(), suffix, LIMITS)
    assert description.missed == (Missed(Unread.MEDIUM),)
    assert "QUJD" not in "".join(text.text for text in description.texts)


def test_a_data_uri_that_is_text_is_read() -> None:
    assert read(b"import 'data:text/plain,of John Smith'", ".md", LIMITS).missed == ()


def mail() -> bytes:
    message = EmailMessage()
    message["From"] = "Jürgen Müller <j@example.org>"
    message["Subject"] = "Befund für محمد"
    message.set_content("Grüße von Ann Brown\n", cte="base64")
    message.add_alternative("<p>Gr&uuml;&szlig;e von <b>A</b>nn</p>", subtype="html", cte="quoted-printable")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="smith.png")
    inner = EmailMessage()
    inner["Subject"] = "about Carl"
    inner.set_content("dear Dora")
    message.add_attachment(inner)
    return message.as_bytes()


def test_every_part_of_a_mail_is_read() -> None:
    description = read(mail(), ".eml", LIMITS)
    said = "\n".join(text.text for text in description.texts)
    for words in ("Jürgen Müller", "محمد", "Ann Brown", "Grüße von Ann", "smith.png", "about Carl", "dear Dora"):
        assert words in said
    assert description.missed == (Missed(Unread.MEDIUM),)
    assert len({text.page for text in description.texts}) > 3


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("application/pkcs7-mime", Unread.ENCRYPTION), ("application/pdf", Unread.MEDIUM), ("text/rtf", Unread.MEDIUM)],
)
def test_a_mail_whose_body_is_no_text_is_reported(kind: str, reason: Unread) -> None:
    data = f"Subject: scan\nContent-Type: {kind}\n\nabc".encode()
    assert read(data, ".eml", LIMITS).missed == (Missed(reason),)


def test_a_text_beyond_the_limit_is_read_up_to_there_and_reported() -> None:
    for data in (b"John Smith " * 100, "Müller ".encode() * 100, b"x" * 10_000):
        description = read(data, ".txt", Limits(text_characters=50))
        assert description.missed == (Missed(Unread.SIZE),)
        assert description.texts[0].text == data.decode()[:50]
    cut = TextFile(io.BytesIO("€".encode() * 1000), ".txt", Limits(text_characters=100)).describe()
    assert (cut.texts[0].text, cut.missed) == ("€" * 100, (Missed(Unread.SIZE),))


def test_a_text_has_no_pictures() -> None:
    with pytest.raises(UnreadableError):
        TextFile(io.BytesIO(b"words"), ".txt", LIMITS).view(Plane.PIXELS, 0)


def check_places(description: Description, source: str) -> None:
    """Every character stands where its run says, or in place of what stands there; slices come back."""
    for text in description.texts:
        read_note = note(text)
        positions = []
        for index in range(len(text.text)):
            place = read_note.place(index, index + 1)
            assert isinstance(place, Span)
            positions.append(place.start)
        assert positions == sorted(set(positions))
        assert not positions or positions[-1] < len(source)
        in_entity = False
        for index, position in enumerate(positions):
            in_entity = source[position] == "&" or (in_entity and position == positions[index - 1] + 1)
            # an escape, an entity, a tag, a structural character or white space is read as something else
            read_otherwise = in_entity or source[position] in "\\<,{[:\"=/>' \t\r\n\f"
            assert text.text[index] == source[position] or read_otherwise
        for start, end in ((0, len(text.text)), (len(text.text) // 3, len(text.text) * 2 // 3)):
            if start < end:
                assert read_note.text_at(read_note.place(start, end)) == text.text[start:end]


SUFFIXES = [".txt", ".html", ".xml", ".json", ".eml", ".csv", ".svg", ".mht", ""]


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode), st.sampled_from(SUFFIXES))
def test_any_bytes_are_read_or_are_an_error_of_phivet(data: bytes, suffix: str) -> None:
    try:
        description = read(data, suffix, LIMITS)
    except UnreadableError:
        return
    assert Description.from_json(json.loads(json.dumps(description.as_json()))) == description
    if suffix not in (".eml", ".mht"):
        check_places(description, decoded_text(data, suffix, LIMITS)[0])


TOKENS = [
    *("<p>", "</p>", "<b>", "</b>", "<td>", "<br/>", "&amp;", "&#65;", "&notit;", "&shy;", "<!--", "-->", "<!", "<?x"),
    *("<a href='", '<i title="', "'", '"', "=", "<", "/", " ", "\n", "\t", "<script>", "</script>", "<pre>", "</pre>"),
    *(
        "<![CDATA[",
        "]]>",
        "<title>",
        "</title>",
        "<x y=z w",
        "John",
        "é",
        "😀",
        "\u200b",
        "<X:y>",
        "</X:y>",
        "a=b",
        ">",
    ),
]


MARKUP = st.lists(st.sampled_from(TOKENS)).map("".join)


@settings(deadline=None, max_examples=300)
@given(MARKUP, st.sampled_from([".html", ".xml"]))
def test_every_character_read_of_markup_has_its_own_place(content: str, suffix: str) -> None:
    if content:
        check_places(read(content.encode(), suffix, LIMITS), content)


@settings(deadline=None)
@given(MARKUP)
def test_nothing_that_another_parser_sees_in_html_is_lost(content: str) -> None:
    seen: list[str] = []

    class Parser(HTMLParser):
        def handle_data(self, data: str) -> None:
            seen.extend(data.split())

    Parser(convert_charrefs=True).feed(content)
    said = "".join(texts(content, ".html")) if content else ""
    for word in ("John", "é", "😀"):
        assert "".join(said).count(word) >= "".join(seen).count(word)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def strings_in(value: object) -> list[str]:
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in (key, *strings_in(inner))]
    if isinstance(value, list):
        return [found for inner in value for found in strings_in(inner)]
    return [value] if isinstance(value, str) else [str(value)] if type(value) is int else []


@settings(deadline=None)
@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_every_key_string_and_number_of_json_is_read_at_its_place(
    value: object, ascii_only: bool, indent: int | None
) -> None:
    content = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    data = content.encode("utf-8", "surrogatepass")
    try:
        description = read(data, ".json", LIMITS)
    except UnreadableError:
        return  # control characters beyond those of a text
    check_places(description, content)
    said = description.texts[0].text if description.texts else ""
    for string in strings_in(value):
        if string.isprintable():
            assert not string.strip() or string in said or any(not char.isascii() for char in string)


JSONISH = st.lists(
    st.sampled_from(
        ["{", "}", "[", "]", ",", ":", '"a"', '"\\n"', "1", "-", "1.5", "null", "tru", " ", "\n", '"', "\\", "'"]
    )
).map("".join)


@settings(max_examples=400)
@given(JSONISH)
def test_what_the_standard_library_takes_for_json_is_read_as_json(content: str) -> None:
    try:
        json.loads(content)
    except ValueError:
        return
    description = read(content.encode(), ".json", LIMITS)
    said = description.texts[0].text if description.texts else ""
    assert not set('{}[]"') & set(said) or set('{}[]"') & set("".join(strings_in(json.loads(content))))


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        ("<" * 1_000_000, ".html"),
        ("<a b='" * 150_000, ".html"),
        ("<!--" * 250_000, ".xml"),
        ("<!---->" * 150_000, ".txt"),
        ("[" * 1_000_000, ".json"),
        ('["' + "\\n" * 400_000 + '"]', ".json"),
        (("A" * 1000 + " ") * 1_000, ".txt"),
        (("A" * 61 + "\n") * 7 + "-\n" * 10_000, ".txt"),
        ("\u200d" * 500_000, ".txt"),
    ],
)
@pytest.mark.timeout(20)
def test_hostile_text_is_read_in_linear_time(content: str, suffix: str) -> None:
    read(content.encode(), suffix, LIMITS)


def test_an_entity_is_decoded_as_browsers_decode_it() -> None:
    for entity in ("&lt;", "&LT", "&eacute;", "&#128;", "&#x0;", "&bogus;", "&", "&#;", "&#99999999;", "&ampx"):
        assert first(f"<p>a{entity}b</p>", ".html").strip() == f"a{html.unescape(entity)}b"
