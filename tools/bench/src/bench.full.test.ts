import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Result } from "./result.ts";

const main = path.join(import.meta.dirname, "main.ts");

test("every benchmark runs both sides, and prints its lines", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [main, "--quick"]);
  const results = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Result);
  const names = [
    "deliver",
    "deliver-rendered",
    "far",
    "workers",
    "hanging",
    "peers",
    "enqueue",
    "enqueue-many",
    "latency",
    "render",
    "rate",
    "fair",
    "tail",
    "events",
    "signup",
    "oracle",
    "ops",
  ];
  expect([...new Set(results.map(({ bench }) => bench))]).toEqual(names);
  for (const { ours, other, ratio, metric } of results) {
    expect([ours, other, ratio], metric).toEqual(Array(3).fill(expect.any(Number)));
    expect(other, metric).toBeGreaterThan(0);
  }
  // Otherwise the loop would make another call than we do.
  const bytes = results.find(({ metric }) => metric === "bytes a call");
  expect(bytes?.ratio).toBeCloseTo(1, 2);
});

test("lists the benchmarks when the name is unknown", async () => {
  await expect(promisify(execFile)(process.execPath, [main, "nosuch"])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("deliver, deliver-rendered, far, workers, hanging, peers"),
  });
});

test("lists them with --help, and says what is wrong with an option, without a stack trace", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [main, "--help"]);
  expect(stdout).toMatch(/^Names .*deliver.*\nOptions: --quick, --write\n$/);
  await expect(promisify(execFile)(process.execPath, [main, "--nosuch"])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Unknown option '--nosuch'.*\n.*\n.*\n$/),
  });
});
