"""HTML and XML as people see them, and the places in them that people do not see, with the position of every character.

The tokens are those of the HTML standard (13.2.5), read so that nothing in the file is lost whatever is wrong with it:
what no rule takes is text. No parser that is to be had keeps the position of every character.
"""

import html
import re

from phivet.cases.text_transcript import Source, Transcript

_BREAKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd", "details",
    "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frame", "h1", "h2",
    "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html", "iframe", "img", "input", "label", "legend",
    "li", "link", "main", "map", "menu", "meta", "nav", "noscript", "object", "ol", "optgroup", "option", "p",
    "pre", "script", "section", "select", "style", "summary", "table", "tbody", "template", "textarea", "tfoot",
    "thead", "title", "tr", "ul", "video",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_INLINE = frozenset({
    "a", "abbr", "acronym", "audio", "b", "base", "basefont", "bdi", "bdo", "bgsound", "big", "canvas", "cite",
    "code", "col", "colgroup", "data", "datalist", "del", "dfn", "em", "embed", "font", "frameset", "g", "i", "ins",
    "kbd", "mark", "math", "meter", "noframes", "output", "param", "path", "picture", "progress", "q", "rect", "rp",
    "rt", "ruby", "s", "samp", "slot", "small", "source", "span", "strike", "strong", "sub", "summary", "sup",
    "svg", "text", "time", "track", "tt", "tspan", "u", "use", "var", "wbr",
})  # fmt: skip
"""With `_BREAKS` and `_CELLS`, all elements of HTML; what else stands between angle brackets is read: `<J. Smith>`."""
_ELEMENTS = _BREAKS | _CELLS | _INLINE
_FORMAL = frozenset({
    "align", "bgcolor", "border", "cellpadding", "cellspacing", "charset", "class", "color", "cols", "colspan",
    "crossorigin", "d", "dir", "disabled", "enctype", "face", "fill", "fill-opacity", "fill-rule", "font-family",
    "font-size", "height", "http-equiv", "integrity", "lang", "maxlength", "media", "method", "nonce", "points",
    "preserveaspectratio", "property", "rel", "role", "rows", "rowspan", "scope", "size", "sizes", "stroke",
    "stroke-width", "style", "tabindex", "target", "transform", "type", "valign", "version", "viewbox", "width",
    "x", "x1", "x2", "xmlns", "y", "y1", "y2",
})  # fmt: skip
"""Attributes of HTML that hold no text; of XML all are read."""

_COMMENT = re.compile(r"<!--(?:-?>|(.*?)(?:--!?>|\Z))", re.S)
_MARKUP = {True: re.compile(r"<(?:[!?/]|[^\W\d])"), False: re.compile(r"<[!?/A-Za-z]")}
_OPENING = {True: re.compile(r"<(/?)([^\W\d][^\s/>]*)"), False: re.compile(r"<(/?)([A-Za-z][^\s/>]*)")}
"""In XML, and in HTML, where only Latin letters begin a name."""
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s/>=]++)(?:\s*+(=)\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]++)))?""")
_TAG_END = re.compile(r"[\s/=]*+>?")
_CHARACTERS = re.compile(r"(?P<blank>[ \t\r\n\f]+)|(?P<entity>&(?:#[xX]?[0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{0,31});?)")
_NO_TEXT_IN_DECLARATION = re.compile(r"""<(?:\?xml\b[^<>]*\?>|!doctype\s+(?:html|svg)\b[^<>\[]*>)""", re.I)


def read_markup(source: Source, is_xml: bool, start: int = 0) -> list[Transcript]:
    """What is seen; the attributes, a line for each tag; the comments; scripts and styles: from `start` of `source` on.

    HTML's block tags become line breaks and its cells tabulators, its other tags vanish: `<b>J</b>ohn` reads `John`. In
    XML, where the name of an element says what its text is, `<mrn>123</mrn>` reads `mrn:123`, on a line of its own.
    """
    markup = _Markup(source, is_xml)
    markup.read(start)
    return [markup.seen, markup.attributes, markup.comments, markup.code]


class _Markup:
    def __init__(self, source: Source, is_xml: bool) -> None:
        self.source = source.text
        self.is_xml = is_xml
        self.seen = Transcript(source)
        self.attributes = Transcript(source)
        self.comments = Transcript(source)
        self.code = Transcript(source)
        self._is_preformatted = is_xml
        self._element: tuple[int, int] | None = None
        """Where the name of an XML element stands whose text has not begun."""

    def read(self, position: int) -> None:
        """Read the source from `position` to its end."""
        while position < len(self.source):
            markup = _MARKUP[self.is_xml].search(self.source, position)
            start = markup.start() if markup else len(self.source)
            self._see(position, start)
            position = self._markup(start) if markup else start

    def _markup(self, at: int) -> int:
        """Read the markup that begins at `at`; returns where it ends."""
        if comment := _COMMENT.match(self.source, at):
            self.comments.separate("\n", at)
            self.comments.copy(max(0, comment.start(1)), max(0, comment.end(1)))
            return comment.end()
        if self.source.startswith("<![CDATA[", at):
            end = self._find("]]>", at + 9)
            self._name_element(at + 9, end)
            self.seen.copy(at + 9, end)
            return end + 3
        if declaration := _NO_TEXT_IN_DECLARATION.match(self.source, at):
            return declaration.end()
        if opening := _OPENING[self.is_xml].match(self.source, at):
            return self._tag(opening)
        end = self._find(">", at + 2)
        self.comments.separate("\n", at)
        self.comments.copy(at + 2, end)
        return end + 1

    def _find(self, what: str, start: int) -> int:
        end = self.source.find(what, start)
        return end if end >= 0 else len(self.source)

    def _tag(self, opening: re.Match[str]) -> int:
        name = opening[2] if self.is_xml else opening[2].lower()
        is_end = bool(opening[1])
        end = self._attributes(opening)
        if self.is_xml:
            self._element = None if is_end else opening.span(2)
            self.seen.separate("\n", opening.start())
            return end
        if name in _CELLS:
            self.seen.separate("\t", opening.start())
        elif name in _BREAKS:
            self.seen.separate("\n", opening.start())
        if name in ("pre", "textarea"):
            self._is_preformatted = not is_end
        if name in ("script", "style", "title", "textarea") and not is_end:
            return self._raw_text(name, end)
        return end

    def _raw_text(self, name: str, start: int) -> int:
        """The text of an element in which there are no tags."""
        closing = re.compile(rf"</{name}[\s/>]", re.I).search(self.source, start)
        end = closing.start() if closing else len(self.source)
        if name in ("script", "style"):
            self.code.separate("\n", start - 1)
            self.code.copy(start, end)
        else:
            self._see(start, end)
        return end

    def _attributes(self, opening: re.Match[str]) -> int:
        """Read the attributes of a tag, and return where the tag ends."""
        line, position = self.attributes, opening.end()
        line.separate("\n", opening.start())
        is_named = not self.is_xml
        if is_named and opening[2].lower() not in _ELEMENTS:
            line.copy(*opening.span(2))
        while attribute := _ATTRIBUTE.match(self.source, position):
            position = attribute.end()
            value = attribute.span(attribute.lastindex or 0)
            formal = not self.is_xml and attribute[1].lower() in _FORMAL
            if formal or not self.source[value[0] : value[1]].strip():
                continue
            if not is_named:
                line.copy(*opening.span(2))
                is_named = True
            line.separate(" ", attribute.start(1) - 1)
            line.copy(*attribute.span(1))
            if attribute[2]:
                line.put(":", attribute.start(2))
                if value[0] > attribute.end(2):
                    line.put(" ", attribute.end(2))
                self._decode(line, *value, is_preformatted=True)
        match = _TAG_END.match(self.source, position)
        return match.end() if match else position

    def _see(self, start: int, end: int) -> None:
        if self.is_xml and not self.source[start:end].strip():
            return
        self._name_element(start, end)
        self._decode(self.seen, start, end, self._is_preformatted)

    def _name_element(self, start: int, end: int) -> None:
        if self._element and self.source[start:end].strip():
            self.seen.copy(*self._element)
            self.seen.put(":", self._element[1])
            self._element = None

    def _decode(self, transcript: Transcript, start: int, end: int, is_preformatted: bool) -> None:
        """Read [start, end) with entities decoded and, unless it is preformatted, blanks made one."""
        for match in _CHARACTERS.finditer(self.source, start, end):
            if match.lastgroup == "blank":
                if is_preformatted or match[0] == " ":
                    continue
                transcript.copy(start, match.start())
                transcript.separate(" ", match.start())
            else:
                transcript.copy(start, match.start())
                transcript.put(html.unescape(match[0]), match.start())
            start = match.end()
        transcript.copy(start, end)
