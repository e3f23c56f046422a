import type { Result } from "../result.ts";
import type { Records } from "./records.ts";

const WIDTH = 800;
const LEFT = 24;
const RIGHT = WIDTH - 24;
/** Where bars and tracks begin. */
const ORIGIN = 232;
/** Where the figures on the right end. */
const BAR_END = 560;

/**
 * Draws the figures: emails a second in pairs, then every ratio with its bar. It follows the
 * reader's colour scheme, and repeats in words what the colours show.
 */
export function drawChart(records: Records): string {
  const speed = speedPanel(records, 28);
  const bars = barsPanel(records, speed.bottom + 40);
  const height = bars.bottom + 24;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">The outbox's speed: emails a second beside the plain loop and two job queues, and each figure against its bar</title>
<style>
  .card { fill: #ffffff; stroke: #d5dbe3 }
  text { font: 14px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1b2430 }
  .head { font-weight: 600; font-size: 16px }
  .soft { fill: #5a6675; font-size: 13px; font-weight: 400 }
  .figure { font-variant-numeric: tabular-nums }
  .strong { font-weight: 600 }
  .ours { fill: #1f6feb }
  .other { fill: #b3bcc8 }
  .track { fill: #eaeef3 }
  .good { fill: #d6e6ff }
  .mark { stroke: #1b2430; stroke-width: 2 }
  .miss { fill: #b42318 }
  @media (prefers-color-scheme: dark) {
    .card { fill: #12171e; stroke: #2b333e }
    text { fill: #e8edf3 }
    .soft { fill: #9aa6b4 }
    .ours { fill: #5b9dff }
    .other { fill: #566170 }
    .track { fill: #222a34 }
    .good { fill: #1d3557 }
    .mark { stroke: #e8edf3 }
    .miss { fill: #ff8a7a }
  }
</style>
<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="10"/>
${speed.svg}
${bars.svg}
</svg>
`;
}

interface Panel {
  svg: string;
  bottom: number;
}

/** The comparisons in emails a second, with labels for readers. */
const PAIRS: { bench: string; metric: string; label: string; ours: string; other: string }[] = [
  {
    bench: "deliver",
    metric: "emails/s",
    label: "Content ready",
    ours: "Outbox",
    other: "plain loop of the SDK",
  },
  {
    bench: "deliver-rendered",
    metric: "emails/s",
    label: "Rendering each email",
    ours: "Outbox",
    other: "plain loop, content ready",
  },
  {
    bench: "peers",
    metric: "emails/s, graphile-worker",
    label: "Beside graphile-worker",
    ours: "Outbox",
    other: "the queue, at its best",
  },
  {
    bench: "peers",
    metric: "emails/s, pg-boss",
    label: "Beside pg-boss",
    ours: "Outbox",
    other: "the queue, at its best",
  },
];

function speedPanel(records: Records, top: number): Panel {
  const pairs = PAIRS.flatMap((pair) => {
    const result = find(records, pair.bench, pair.metric);
    return result ? [{ ...pair, result }] : [];
  });
  const most = Math.max(...pairs.flatMap(({ result }) => [result.ours, result.other]));
  const scale = (value: number) => ((BAR_END - ORIGIN) * value) / most;
  let y = top + 52;
  const rows = pairs.map(({ label, ours, other, result }) => {
    const bar = (kind: "ours" | "other", name: string, value: number, at: number) =>
      `<rect class="${kind}" x="${ORIGIN}" y="${at}" width="${scale(value).toFixed(1)}" height="20" rx="3"/>
<text class="figure ${kind === "ours" ? "strong" : ""}" x="${(ORIGIN + scale(value) + 8).toFixed(1)}" y="${at + 15}">${thousands(value)} <tspan class="soft">${name}</tspan></text>`;
    const row = `<text x="${LEFT}" y="${y + 27}">${label}</text>
${bar("ours", ours, result.ours, y)}
${bar("other", other, result.other, y + 24)}`;
    y += 64;
    return row;
  });
  return {
    svg: `<text class="head" x="${LEFT}" y="${top + 8}">Emails a second</text>
<text class="soft" x="${LEFT}" y="${top + 30}">one sender process, durable PostgreSQL where there is a queue; longer is better</text>
${rows.join("\n")}`,
    bottom: y - 20,
  };
}

function barsPanel(records: Records, top: number): Panel {
  const judged = LABELS.flatMap(([bench, metric, label]) => {
    const result = find(records, bench, metric);
    return result?.bar ? [{ label, result }] : [];
  });
  let y = top + 52;
  const rows = judged.map(({ label, result }) => {
    const row = ratioRow(label, result, y);
    y += 34;
    return row;
  });
  return {
    svg: `<text class="head" x="${LEFT}" y="${top + 8}">Ours over the other side, and the bar for it</text>
<text class="soft" x="${LEFT}" y="${top + 30}">the tinted part of a track is where the bar is met</text>
${rows.join("\n")}`,
    bottom: y,
  };
}

const LABELS: [string, string, string][] = [
  ["deliver", "emails/s", "deliver: the loop"],
  ["deliver-rendered", "emails/s", "deliver-rendered: the loop"],
  ["far", "emails/s, loop, 60 ms, sigma 0.9", "far: the loop, slow tail"],
  ["far", "emails/s, loop, 60 ms, sigma 0.3", "far: the loop, 60 ms"],
  ["far", "emails/s, loop, 200 ms, sigma 0.9", "far: the loop, 200 ms"],
  ["far", "emails/s, graphile-worker, 60 ms, sigma 0.9", "far: graphile-worker, slow tail"],
  ["far", "emails/s, graphile-worker, 60 ms, sigma 0.3", "far: graphile-worker, 60 ms"],
  ["workers", "emails/s, two beside one", "workers: two beside one"],
  ["workers", "emails/s, four beside one", "workers: four beside one"],
  ["hanging", "emails/s", "hanging: one call in 200"],
  ["peers", "emails/s, graphile-worker", "peers: graphile-worker"],
  ["peers", "emails/s, pg-boss", "peers: pg-boss"],
  ["enqueue", "p50 ms, transaction", "enqueue: p50"],
  ["enqueue-many", "emails/s", "enqueue-many: bare INSERTs"],
  ["latency", "p50 ms", "latency: p50"],
  ["latency", "p50 ms, start of the task", "latency: start of the task"],
  ["render", "messages/s, two renders", "render: React Email"],
  ["rate", "emails/s of 14/s", "rate: share of 14 a second"],
  ["rate", "emails/s of 100/s", "rate: share of 100 a second"],
  ["rate", "emails/s of 500/s", "rate: share of 500 a second"],
  ["fair", "p99 ms of 1,000", "fair: a reset, p99 of a second"],
  ["tail", "p99 ms of a claim", "tail: p99 of a claim"],
  ["events", "events/s, both rows", "events: the least it takes"],
];

function ratioRow(label: string, { ratio, bar, met }: Result, y: number): string {
  const [sign = ">=", limit = "1"] = (bar ?? "").split(" ");
  const more = sign === ">=";
  const at = Number(limit);
  const end = Math.max(more ? 1.25 : at * 1.25, Math.min(ratio, at * 3) * 1.05);
  const x = (value: number) => ORIGIN + ((BAR_END - ORIGIN) * Math.min(value, end)) / end;
  const good = more ? [x(at), BAR_END] : [ORIGIN, x(at)];
  const [from = 0, to = 0] = good;
  return `<text x="${LEFT}" y="${y + 14}">${label}</text>
<rect class="track" x="${ORIGIN}" y="${y + 3}" width="${BAR_END - ORIGIN}" height="14" rx="3"/>
<rect class="good" x="${from.toFixed(1)}" y="${y + 3}" width="${(to - from).toFixed(1)}" height="14" rx="3"/>
<line class="mark" x1="${x(at).toFixed(1)}" x2="${x(at).toFixed(1)}" y1="${y}" y2="${y + 20}"/>
<circle class="ours" cx="${x(ratio).toFixed(1)}" cy="${y + 10}" r="6"/>
<text class="figure strong" x="${BAR_END + 16}" y="${y + 15}">${ratio}</text>
<text class="soft figure" x="${BAR_END + 74}" y="${y + 15}">${more ? "≥" : "≤"} ${limit}</text>
<text class="${met ? "soft" : "miss"}" x="${RIGHT}" y="${y + 15}" text-anchor="end">${met ? "met" : "not met"}</text>`;
}

function find(records: Records, bench: string, metric: string): Result | undefined {
  return records[bench]?.results.find(
    (result) => result.bench === bench && result.metric === metric,
  );
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString("en-GB");
}
