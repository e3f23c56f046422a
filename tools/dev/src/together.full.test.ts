import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { runTogether } from "./together.ts";

const folder = await mkdtemp(path.join(tmpdir(), "together-"));
afterAll(() => rm(folder, { recursive: true }));

/** A program that prints that it runs. On SIGTERM it ends a moment later with the given code. */
const patient = (name: string, code = 0) => `
  process.on("SIGTERM", () => setTimeout(() => {
    console.log("${name} ended");
    process.exit(${code});
  }, 100));
  setInterval(() => undefined, 1000);
  console.log("${name} runs", process.env.SET_OUTSIDE);
`;

/** Starts programs as `pnpm start` does, and collects their output. */
async function start(...sources: string[]) {
  const files = sources.map((_, i) => path.join(folder, `program-${i}.mjs`));
  await Promise.all(sources.map((source, i) => writeFile(files[i]!, source)));
  const together = path.join(import.meta.dirname, "together.ts");
  const launcher = path.join(folder, "launcher.mjs");
  await writeFile(
    launcher,
    `import { runTogether } from ${JSON.stringify(together)};
     process.exitCode = await runTogether(${JSON.stringify(files)});`,
  );
  const child = spawn(process.execPath, [launcher], {
    env: { ...process.env, SET_OUTSIDE: "from outside" },
  });
  const printed: string[] = [];
  child.stdout.on("data", (data: Buffer) => printed.push(data.toString()));
  return { child, printed: () => printed.join("") };
}

const codeOf = async (child: ChildProcess) => ((await once(child, "exit")) as [number | null])[0];

it.runIf(process.platform !== "win32")(
  "passes on the environment and a signal, and waits until both have ended",
  async () => {
    const { child, printed } = await start(patient("a"), patient("b"));
    await expect
      .poll(printed)
      .toMatch(/a runs from outside[^]*b runs from|b runs from[^]*a runs from/);
    child.kill("SIGTERM");
    expect(await codeOf(child)).toBe(0);
    expect(printed()).toContain("a ended");
    expect(printed()).toContain("b ended");
  },
);

// While Node.js ends, it handles no signals, so a second one would kill it.
it.runIf(process.platform !== "win32")(
  "signals each program only once, even if the other one ends in between",
  async () => {
    const leaving = `
      process.once("SIGTERM", () => setTimeout(() => process.exit(0), 500));
      setInterval(() => undefined, 1000);
      console.log("b runs");
    `;
    const { child, printed } = await start(patient("a"), leaving);
    await expect.poll(printed).toMatch(/a runs[^]*b runs|b runs[^]*a runs/);
    child.kill("SIGTERM");
    await expect.poll(printed).toContain("a ended");
    child.kill("SIGTERM");
    expect(await codeOf(child)).toBe(0);
  },
);

it.runIf(process.platform !== "win32")(
  "if one fails, ends the other and fails with the same code",
  async () => {
    const { child, printed } = await start(patient("a"), "setTimeout(() => process.exit(3), 500)");
    expect(await codeOf(child)).toBe(3);
    expect(printed()).toContain("a ended");
  },
);

it.runIf(process.platform !== "win32")("fails if one is killed", async () => {
  const killed = "setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100)";
  const { child } = await start(patient("a"), killed);
  expect(await codeOf(child)).toBe(128 + 9);
});

it("starts nothing without a build, and says how to make it", async () => {
  const file = path.join(folder, "dist", "main.mjs");
  await expect(runTogether([process.execPath, file])).rejects.toMatchObject({
    code: "NOT_BUILT",
    message: `There is no ${file}: run pnpm build first.`,
  });
});
