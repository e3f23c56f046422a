import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { SetupError } from "./error.ts";

/**
 * Writes a file that only its owner can read, whole or not at all.
 *
 * @throws SetupError if git would commit the file, or if it cannot be written
 */
export function saveSecret(file: string, text: string): void {
  // Keep a link a link.
  const target = existsSync(file) ? realpathSync(file) : file;
  refuseTracked(target);
  const temporary = `${target}.${randomUUID()}`;
  try {
    const descriptor = openSync(temporary, "wx", 0o600);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    const { code = "" } = error as { code?: string };
    throw new SetupError(`${file} cannot be written (${code}): choose another with --file.`, {
      cause: error,
    });
  }
}

function refuseTracked(file: string): void {
  const { status } = spawnSync("git", ["check-ignore", "--quiet", path.basename(file)], {
    cwd: path.dirname(file),
    stdio: "ignore",
  });
  // 0: ignored. 128 or null: no repository, no git or no such folder.
  if (status === 1) {
    throw new SetupError(
      `git does not ignore ${file} and would commit its secrets. Add it to .gitignore, or choose another file with --file.`,
    );
  }
}
