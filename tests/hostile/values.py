"""What nobody in good faith sends, and what people send without knowing it."""

from io import BytesIO

NUMBERS = [
    "²", "٣", "①", "-1", "0", "1", "00", "+1", " 1", "1_0", "0x10", "1.5", "1,5", "1e309", "NaN", "Infinity",
    "2147483648", "-2147483649", "9223372036854775808", "99999999999999999999", "9" * 400, "9" * 5000,
]  # fmt: skip
DAYS = [
    "0000-00-00", "0001-01-01", "9999-12-31", "99999-01-01", "2026-02-30", "2026-W01-1", "31/12/9999", "12/03/0001",
    "2026-03-29T02:30", "2026-03-10T25:61", "9999-12-31T23:59:59.999999+14:00", "-1-1-1",
]  # fmt: skip
KEYS = [
    "00000000-0000-0000-0000-000000000000", "0" * 32, "{00000000-0000-0000-0000-000000000000}", "x" * 36,
    "99999999999999999-9", "-5-5", "1-1", "place-1", "place-²", "department-14", "dep-²", ":", "a:b:c", "MQ", "MQ==",
]  # fmt: skip
TEXTS = [
    "", " ", ".", "/", "..", "../../etc/passwd", "%", "%s%d%n", "%00", "_", "\\", "\\0", "'", '"', "`", "--",
    "' OR '1'='1", "'; DROP TABLE members_user; --", "&", "|", "!", ":*", "a & | b", "((((", "<->", '"sans fin',
    "{{ 7 * 7 }}", "{% x %}", "${7*7}", "<script>alert(1)</script>", "\x01", "\x1b[31m", "\x7f", "\x85",
    "\r\nX-Injected: oui", "a\nb", "\t", "\u200b", "\u202e", "\u2028", "\ufeff", "\ufffd", "\uffff", "\U0010ffff",
    "e\u0301" * 50, "İıſK", "ß" * 100, "\U0001f468\u200d\U0001f469" * 40, "é" * 300, "a" * 10_000, "a " * 5_000, "[]",
    "{}", "[[[[[[[[", "null", "true", "None", "undefined", "[object Object]", '{"a": 1e400}', "=1+1", "@SUM(A1)",
    "on", "off", "__all__", "pk", "password", "id__in",
]  # fmt: skip
ADDRESSES = [
    "jean@exemple.example\u202c", "rené@exemple.example", "a@" + "b" * 64 + ".example", "@", "a@b",
    '"a b"@exemple.example', "jean@exemple.example\nBcc: x@exemple.example", "a" * 300 + "@exemple.example",
    "jean@[127.0.0.1]", "jean@xn--a.example", "http://[::1", "http://a\u2100.example", "//autre.example",
    "https://autre.example\\@exemple.example", "javascript:alert(1)", "http://" + "a" * 3000,
    "http://exemple.example:99999/", "ftp://exemple.example", "data:text/html,x", "http://²/",
]  # fmt: skip
NUL = ["\0", "a\0b"]
VALUES = [*NUMBERS, *DAYS, *KEYS, *TEXTS, *ADDRESSES, *NUL]
# Where an address is read before any page is.
RAW_QUERIES = [
    "%", "%%%", "%ff%fe", "%ed%a0%80=%ed%a0%80", "a[]=1&a[]=2", "a=1;b=2", "=", "&&&", "q=a&q=b&q=%00", "?",
    "q[$ne]=1", "&".join(f"a{number}=1" for number in range(1200)), "q=" + "%c3%a9" * 2000,
]  # fmt: skip
HEADERS = [
    {"HTTP_ACCEPT_LANGUAGE": "é" * 50}, {"HTTP_ACCEPT_LANGUAGE": "x-" * 300}, {"HTTP_ACCEPT": "a" * 5000},
    {"HTTP_REFERER": "http://[::1"}, {"HTTP_REFERER": "javascript:alert(1)"}, {"HTTP_X_FORWARDED_FOR": "²"},
    {"HTTP_HOST": "autre.example"}, {"HTTP_HOST": "a b"}, {"HTTP_HOST": "²"}, {"HTTP_HX_REQUEST": "true"},
    {"HTTP_HX_CURRENT_URL": "http://[::1"}, {"HTTP_IF_MODIFIED_SINCE": "hier"}, {"HTTP_IF_NONE_MATCH": '"a\u00e9'},
    {"HTTP_RANGE": "bytes=9-1"}, {"HTTP_ORIGIN": "null"}, {"HTTP_USER_AGENT": ""}, {"HTTP_X_REQUESTED_WITH": "²"},
    {"HTTP_COOKIE": "sessionid=²; messages=x; csrftoken=%00"}, {"HTTP_COOKIE": "a" * 5000},
    {"REMOTE_ADDR": "::ffff:1.2.3.4"}, {"CONTENT_TYPE": "multipart/form-data"},
    {"CONTENT_TYPE": "multipart/form-data; boundary=é"},
    {"CONTENT_TYPE": "application/x-www-form-urlencoded; charset=x-inconnu"}, {"CONTENT_LENGTH": "²"},
    {"CONTENT_TYPE": "application/json"},
]  # fmt: skip
METHODS = ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD"]


def files() -> list[BytesIO]:
    """Files that are not what they say, or say what no file is called; each is read once, hence made anew."""
    named = [
        ("vide.csv", b""), ("a.csv", b"Identifiant;Nom\r\n;\x00"), ("a.csv", "Nom;Nom;Nom\n²;é;".encode("utf-16")),
        ("a.csv", b'"' * 5000), ("a.xlsx", b"PK\x03\x04" + b"\0" * 300), ("a.xlsx", b"PK\x05\x06" + b"\0" * 18),
        ("../../a.pdf", b"%PDF-1.7\n"), ("a\r\nb.pdf", b"%PDF-1.7\n"), ("\u202egpj.exe", b"MZ" + b"\0" * 80),
        ("a" * 300 + ".png", b"\x89PNG\r\n\x1a\n" + b"\0" * 60), ("logo.png", b"GIF89a"), (".", b"x"), ("²", b"x"),
        ("a.docx", b"PK\x03\x04"), ("a.svg", b"<svg onload='alert(1)'/>"), ("a.csv", b"\xff\xfe\x00\xd8"),
    ]  # fmt: skip
    found = []
    for name, content in named:
        file = BytesIO(content)
        file.name = name
        found.append(file)
    return found
