import type { Profiler } from "node:inspector";
import { Session } from "node:inspector/promises";

/** How a process spent its time, in shares of its busy time. */
export interface Profile {
  /** The busy share of the elapsed time. */
  busy: number;
  modules: { name: string; share: number }[];
  functions: { name: string; module: string; share: number }[];
}

/** Runs something under V8's sampling profiler. */
export async function profiled(run: () => Promise<unknown>): Promise<Profile> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 500 });
  await session.post("Profiler.start");
  await run();
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  return summarise(profile);
}

function summarise({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Profile {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const modules = new Map<string, number>();
  const functions = new Map<string, { name: string; module: string; time: number }>();
  let busy = 0;
  let total = 0;
  samples.forEach((id, i) => {
    const frame = byId.get(id);
    const time = timeDeltas[i] ?? 0;
    total += time;
    // Skip the start of the profiler itself.
    const own = frame?.functionName === "post" && frame.url.startsWith("node:");
    if (!frame || own || frame.functionName === "(idle)") return;
    busy += time;
    const module = moduleOf(frame);
    modules.set(module, (modules.get(module) ?? 0) + time);
    const name = frame.functionName || "(anonymous)";
    const key = `${name} ${frame.url}:${frame.lineNumber}`;
    const entry = functions.get(key) ?? { name, module, time: 0 };
    entry.time += time;
    functions.set(key, entry);
  });
  return {
    busy: busy / total,
    modules: [...modules]
      .map(([name, time]) => ({ name, share: time / busy }))
      .sort((a, b) => b.share - a.share),
    functions: [...functions.values()]
      .map(({ time, ...rest }) => ({ ...rest, share: time / busy }))
      .sort((a, b) => b.share - a.share)
      .slice(0, 15),
  };
}

// Packages that are shown under one name.
const FAMILIES: [RegExp, string][] = [
  [/^(@aws-sdk|@smithy|@aws-crypto)\//, "AWS SDK"],
  [/^@prisma\//, "Prisma"],
  [/^pg(-|$)/, "pg"],
  [/^(@react-email\/|react(-dom)?$)/, "React Email"],
  [
    /^(html-to-text|@?selderee|peberminta|parseley|leac|deepmerge|htmlparser2|dom|entities)/,
    "html-to-text",
  ],
];

function moduleOf({ url, functionName }: { url: string; functionName: string }): string {
  if (functionName === "(garbage collector)") return "garbage collection";
  if (url.startsWith("node:")) return "Node.js";
  if (url === "") return "Node.js, native";
  const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (name) return FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ?? name;
  if (url.includes("/db/src/generated/")) return "Prisma";
  return /\/((?:packages|tools|apps)\/[^/]+)\//.exec(url)?.[1] ?? url;
}
