import { styleText } from "node:util";
import { printable } from "../show.ts";
import type { Finding, Status } from "./finding.ts";

const SIGNS = {
  ok: ["✓", "green"],
  warning: ["!", "yellow"],
  failed: ["✗", "red"],
  skipped: ["–", "dim"],
} as const satisfies Record<Status, [string, string]>;

/** A finding as one line, with the next step on a second one. */
export function printFinding({ check, status, found, next }: Finding): string {
  const [sign, colour] = SIGNS[status];
  const line = `${styleText(colour, sign)} ${check.padEnd(19)} ${printable(found)}`;
  return next === undefined ? line : `${line}\n${" ".repeat(22)}→ ${printable(next)}`;
}

/** The last line: how many findings of each kind. */
export function printSummary(findings: Finding[]): string {
  const count = (status: Status) => findings.filter((finding) => finding.status === status).length;
  return `${count("ok")} ✓, ${count("warning")} !, ${count("failed")} ✗, ${count("skipped")} –`;
}
