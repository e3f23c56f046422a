// The records that a run makes, read back out of what each DNS provider is given.
import { unquoteTxt } from "../src/dns/txt.ts";
import type { Run } from "./engine.ts";

/** A record as a resolver answers it: names without the last dot, a TXT value joined. */
export interface Answer {
  name: string;
  type: string;
  /** Of an MX: `10 mail.example.net`. */
  data: string;
}

/** What the DNS provider of the run is told to have, or a person is told to enter. */
export function recordsOf(run: Run): Answer[] {
  const made = run.resources.flatMap(({ type, inputs }) => READERS[type]?.(inputs as Inputs) ?? []);
  return made.length > 0 ? made : fromZone(String(run.outputs.dnsZone));
}

/** The lines of the zone file that every run prints. */
export function fromZone(zone: string): Answer[] {
  return zone.split("\n").map((line) => {
    const [, name = "", type = "", data = ""] = /^(\S+)\. \d+ IN (\w+) (.+)$/.exec(line) ?? [];
    return { name, type, data: plain(type, data) };
  });
}

/** A provider's inputs; `records` of Route 53 are a list. */
type Inputs = Record<"name" | "type" | "content" | "value" | "priority" | "domain", string> & {
  records: string[];
};

const READERS: Record<string, (inputs: Inputs) => Answer[]> = {
  "aws:route53/record:Record": ({ name, type, records }) =>
    records.map((value) => ({
      name,
      type,
      // The provider puts the value between quotes and reads `""` as the gap between two strings.
      data: plain(type, type === "TXT" ? `"${value.replaceAll('""', '" "')}"` : value),
    })),
  "cloudflare:index/dnsRecord:DnsRecord": ({ name, type, content, priority }) => [
    { name, type, data: plain(type, type === "MX" ? `${priority} ${content}` : content) },
  ],
  "digitalocean:index/dnsRecord:DnsRecord": ({ domain, name, type, value, priority }) => {
    // A host without a dot at the end is a name inside the zone.
    const host = value.endsWith(".") ? value.slice(0, -1) : `${value}.${domain}`;
    return [
      {
        name: name === "@" ? domain : `${name}.${domain}`,
        type,
        data: { TXT: value, MX: `${priority} ${host}` }[type] ?? host,
      },
    ];
  },
};

function plain(type: string, data: string): string {
  return type === "TXT" ? unquoteTxt(data) : data.replace(/\.$/, "");
}
