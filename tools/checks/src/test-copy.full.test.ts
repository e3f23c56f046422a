import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyRepository } from "./test-copy.ts";

test("a copy that a killed test run has left is removed by the next run, and no other", async () => {
  const ended = spawnSync(process.execPath, ["-e", "0"]).pid;
  const left = mkdtempSync(join(tmpdir(), `checks-copy-${ended}-`));
  const running = mkdtempSync(join(tmpdir(), `checks-copy-${process.pid}-`));
  const copy = await copyRepository();
  try {
    expect([left, running, copy.folder].map((folder) => existsSync(folder))).toEqual([
      false,
      true,
      true,
    ]);
  } finally {
    await copy.remove();
    rmSync(running, { recursive: true });
  }
});
