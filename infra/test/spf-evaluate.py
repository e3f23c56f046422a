"""Evaluates SPF as receivers do, by Debian's python3-spf, without DNS. It reads lines of JSON,
{"txt": [[strings], ...], "ip": "192.0.2.1", "zone": {name: value}}, and answers each with a line,
{"result", "reason"}."""

import json
import sys

import spf

HOST = "198.51.100.7"
SES = [b"v=spf1 ip4:199.255.192.0/22 ip4:54.240.0.0/18 -all"]
OTHER = [b"v=spf1 ip4:203.0.113.0/24 ~all"]
txt = []
zone = {}


def lookup(name, qtype, *_):
    """The domain and the mail servers have one address. All other names have none, so an a: or exists:
    does not match. Every included name belongs to another sender."""
    has_address = name == "example.com" or name.startswith("mail.")
    answers = {
        "TXT": {"example.com": txt, "amazonses.com": [SES], **zone}.get(name, [OTHER]),
        "A": [HOST] if has_address else [],
        "AAAA": ["2001:db8::7"] if has_address else [],
        "MX": [(10, "mail." + name)],
        "PTR": ["mail.example.net"],
    }
    return [((name, qtype), value) for value in answers[qtype]]


spf.DNSLookup = lookup
# Three names without an answer would be an error too. It would hide the errors that are tested.
spf.MAX_VOID_LOOKUPS = 100
for line in sys.stdin:
    query = json.loads(line)
    txt = [[string.encode() for string in strings] for strings in query["txt"]]
    zone = {name: [[value.encode()]] for name, value in query["zone"].items()}
    result, _, reason = spf.query(query["ip"], "name@example.com", "mail.example.com").check()
    print(json.dumps({"result": result, "reason": reason}), flush=True)
