import { quoteTxt } from "./txt.ts";

/** A record of DNS. Names are full, without the dot at the end; a TXT value is not quoted. */
export interface DnsRecord {
  name: string;
  type: "CNAME" | "MX" | "TXT";
  value: string;
  /** Only of an MX. */
  priority?: number;
  /** In seconds. */
  ttl: number;
}

/** The records as a table, to enter by hand. */
export function toTable(records: DnsRecord[]): string {
  const rows = records.map(({ type, name, ttl, priority, value }) => [
    type,
    name,
    String(ttl),
    String(priority ?? ""),
    // Last, because only this column can be long.
    value,
  ]);
  const all = [["TYPE", "NAME", "TTL", "PRIORITY", "VALUE"], ...rows];
  const widthOf = (column: number) => Math.max(...all.map((row) => row[column]?.length ?? 0));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widthOf(column)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The records as a BIND zone file has them (RFC 1035, 5), to import. */
export function toZone(records: DnsRecord[]): string {
  return records
    .map((record) => `${record.name}. ${record.ttl} IN ${record.type} ${data(record)}`)
    .join("\n");
}

function data({ type, value, priority = 10 }: DnsRecord): string {
  switch (type) {
    case "CNAME":
      return `${value}.`;
    case "MX":
      return `${priority} ${value}.`;
    case "TXT":
      return quoteTxt(value);
  }
}
