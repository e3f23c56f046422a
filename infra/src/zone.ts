import { quoteTxt } from "./dns/txt.ts";

/** A record of DNS. Names are full, without the dot at the end; a TXT value is not quoted. */
export interface DnsRecord {
  name: string;
  type: "CNAME" | "MX" | "TXT";
  value: string;
  priority?: number;
  /** In seconds. */
  ttl: number;
}

/** The records as a table, to enter by hand. */
export function toTable(records: DnsRecord[]): string {
  const rows = records.map(({ type, name, value, priority, ttl }) => [
    type,
    name,
    priority === undefined ? value : `${priority} ${value}`,
    String(ttl),
  ]);
  const all = [["TYPE", "NAME", "VALUE", "TTL"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .join("\n");
}

/** The records as a BIND zone file has them (RFC 1035, 5), to import. */
export function toZone(records: DnsRecord[]): string {
  return records
    .map(({ name, type, value, priority, ttl }) => {
      const data = {
        CNAME: `${value}.`,
        MX: `${priority ?? 10} ${value}.`,
        TXT: type === "TXT" ? quoteTxt(value) : "",
      }[type];
      return `${name}. ${ttl} IN ${type} ${data}`;
    })
    .join("\n");
}
