"""Evaluates SPF as receivers do, by Debian's python3-spf, without DNS: a line of JSON
{"txt": [[strings], ...], "ip": "192.0.2.1", "zone": {name: value}} in, a line of JSON {"result", "reason"} out."""

import json
import sys

import spf

HOST = "198.51.100.7"
SES = [b"v=spf1 ip4:199.255.192.0/22 ip4:54.240.0.0/18 -all"]
OTHER = [b"v=spf1 ip4:203.0.113.0/24 ~all"]
txt = []
zone = {}


def lookup(name, qtype, *_):
    """The domain and mail servers have one address, the names of an a: or exists: none, so that it
    goes on to the next; every included name is of another sender."""
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
# That DNS has no such name, three times, is an error too; here it would hide the others.
spf.MAX_VOID_LOOKUPS = 100
for line in sys.stdin:
    query = json.loads(line)
    txt = [[string.encode() for string in strings] for strings in query["txt"]]
    zone = {name: [[value.encode()]] for name, value in query["zone"].items()}
    result, _, reason = spf.query(query["ip"], "name@example.com", "mail.example.com").check()
    print(json.dumps({"result": result, "reason": reason}), flush=True)
