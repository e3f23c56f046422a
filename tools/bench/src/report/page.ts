import type { Profile } from "../profile.ts";
import type { Result, Table } from "../result.ts";
import type { Entry, Records } from "./records.ts";

/**
 * docs/performance.md with the measured figures.
 *
 * @param page the current page: its text is kept, and each table between two marks is replaced
 */
export function writePage(page: string, records: Records): string {
  const entries = Object.entries(records);
  const parts = {
    results: table({
      columns: ["Benchmark", "What", "Ours", "Other side", "Ratio", "Bar", ""],
      rows: entries.flatMap(([, { results }]) => results.map(row)),
    }),
    profile: entries.flatMap(([name, entry]) => profile(name, entry)).join("\n\n"),
    peers: entries.flatMap(([, { tables = [] }]) => tables.map(table)).join("\n\n"),
    machine: machines(entries).join("\n\n"),
  };
  return Object.entries(parts).reduce(
    (text, [name, part]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->)[^]*(<!-- /${name} -->)`),
        (_all, begin, end) => `${begin}\n\n${part}\n\n${end}`,
      ),
    page,
  );
}

function row({ bench, metric, ours, other, ratio, auc, bar, met }: Result): string[] {
  return [
    `\`${bench}\``,
    metric,
    figure(ours),
    figure(other),
    auc === undefined ? String(ratio) : `AUC ${auc}`,
    bar?.replace(">=", "≥").replace("<=", "≤") ?? "",
    met === undefined ? "" : met ? "met" : "**not met**",
  ];
}

function figure(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en-GB") : String(value);
}

function profile(name: string, { profile: found }: Entry): string[] {
  if (!found) return [];
  return [
    `\`${name}\`: one process, busy ${percent(found.busy)} of the time.`,
    table({
      columns: ["Part", "Share", "Function", "Of", "Share"],
      rows: side(found),
    }),
  ];
}

/** Parts on the left, the functions that take most on the right. */
function side({ modules, functions }: Profile): string[][] {
  const parts = modules.filter(({ share }) => share >= 0.005);
  return Array.from({ length: Math.max(parts.length, 10) }, (_, i) => {
    const part = parts[i];
    const most = functions[i];
    return [
      part?.name ?? "",
      part ? percent(part.share) : "",
      most && i < 10 ? `\`${most.name}\`` : "",
      most && i < 10 ? most.module : "",
      most && i < 10 ? percent(most.share) : "",
    ];
  });
}

function machines(entries: [string, Entry][]): string[] {
  const described = new Map<string, string[]>();
  for (const [name, { machine, date }] of entries) {
    const { cpu, cores, memory, system, node, postgres } = machine;
    const text =
      `${cpu}, ${cores} cores, ${memory} GiB of memory, ${system}; Node.js ${node}, ` +
      `PostgreSQL ${postgres} with fsync on; ${date}`;
    described.set(text, [...(described.get(text) ?? []), name]);
  }
  const lines = [...described].map(([text, names]) =>
    described.size > 1 ? `- ${text}: ${names.join(", ")}` : `- ${text}`,
  );
  const loads = entries.map(([name, { load, seconds }]) => [
    `\`${name}\``,
    String(seconds),
    load.toFixed(1),
  ]);
  return [
    lines.join("\n"),
    table({
      columns: ["Benchmark", "Seconds", "Load of the machine at its start"],
      rows: loads,
    }),
  ];
}

function table({ columns, rows }: Table): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
