"""Feed bytes whose declaration is true, so that the parser can't misread them.

feedparser turns a whole feed into mojibake over one stray byte, and believes a declaration over bytes that are sound UTF-8
(kurtmckee/feedparser#421). So: what is valid UTF-8 is UTF-8; then what a byte order mark, the declaration or the header says, if
the bytes agree; then what they look like; else UTF-8 with replacements.
"""

import codecs
import re
import zlib

from wirewatch.errors import Reason, Retry

MAX_BYTES = 15 * 1024 * 1024  # of a feed, unpacked
SPOILED = 0.01  # share of broken characters up to which a text counts as damaged UTF-8
_BOMS = (  # those of UTF-32 first: one begins like UTF-16's
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]{0,2000}(?:\[.{0,100000}?\]\s*)?>", re.DOTALL)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_AS_BROWSERS_READ = {"gb2312": "gb18030", "gbk": "gb18030", "euc-kr": "cp949", "iso-8859-1": "cp1252", "us-ascii": "cp1252"}
_REFUSED = {
    "utf-7",
    "unicode-escape",
    "raw-unicode-escape",
    "idna",
    "punycode",
    "undefined",
}  # codecs, but no charsets of the web
_SAMPLE = 100_000  # bytes by which a charset is guessed
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2 Characters
_ILLEGAL_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2})|0*(?:[0-8]|1[124-9]|2\d|3[01]|5[56]\d{3}));"
)


def text_of(body: bytes, content_type: str) -> str:
    """The text of a feed without XML declaration, document type and characters that XML forbids. Raises Retry(TOO_LARGE).

    No entity is left that could be expanded: lxml and feedparser each expand some, even when told not to.
    """
    if body[:2] == b"\x1f\x8b":
        body = gunzip(body)
    text = _decoded(body, content_type).lstrip("\ufeff \t\r\n")
    text = _without_doctype(_DECLARATION.sub("", text, count=1)).replace("<!ENTITY", "<!NOTHING").lstrip()
    return _ILLEGAL_REFERENCE.sub(" ", _ILLEGAL.sub(" ", text))


def _without_doctype(text: str) -> str:
    """Tried at the first one alone: looking for one everywhere would take minutes where there are thousands."""
    found = _DOCTYPE.match(text, max(text.find("<!DOCTYPE"), 0))
    return text[: found.start()] + text[found.end() :] if found else text


def gunzip(body: bytes) -> bytes:
    """What gzip bytes hold, known by their first two (media types lie). Raises Retry."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS + 16)
    try:
        plain = unpacker.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise Retry(Reason.ENCODING, f"gzip: {error}") from error
    if len(plain) > MAX_BYTES:
        raise Retry(Reason.TOO_LARGE, f"more than {MAX_BYTES} bytes unpacked")
    return plain


def _decoded(body: bytes, content_type: str) -> str:
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    try:
        text = body.decode("utf-8")
        if "\x00" not in text[:200]:
            return text
    except UnicodeDecodeError:
        pass
    for charset in _candidates(body, content_type):
        if (read := _read(body, charset)) is not None:
            return read
    return body.decode("utf-8", "replace")


def _candidates(body: bytes, content_type: str) -> list[str]:
    """Charsets to try, best first: two-byte text shows by its zeros, then the declaration, then the header."""
    zeros = body[:200:2].count(0), body[1:200:2].count(0)
    wide = ["utf-16-be"] if zeros[0] > 40 else ["utf-16-le"] if zeros[1] > 40 else []
    declared = _DECLARED.search(body[:1000])
    header = _CHARSET.search(content_type)
    named = [declared[1].decode("ascii")] if declared else []
    named += [header[1]] if header else []
    if body.decode("utf-8", "replace").count("\ufffd") <= len(body) * SPOILED:
        named.append("utf-8")  # damaged, but nothing else
    else:
        named.append(_guess(body))
    return [*wide, *(_AS_BROWSERS_READ.get(name.lower(), name.lower()) for name in named)]


def _guess(body: bytes) -> str:
    """The charset that undeclared bytes look like, by their letters' frequencies; "" if like none."""
    import cchardet

    return str(cchardet.detect(body[:_SAMPLE]).get("encoding") or "")


def _read(body: bytes, charset: str) -> str | None:
    """The text in that charset; None if the bytes don't agree, or nobody knows it."""
    try:
        if codecs.lookup(charset).name.replace("_", "-") in _REFUSED:
            return None
        text = body.decode(charset, "replace")
    except (LookupError, ValueError):
        return None
    return text if isinstance(text, str) and text.count("\ufffd") <= len(text) * SPOILED else None
