import {
  chmodSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { isRunning } from "./running.ts";

/** Linux's file system in memory. Containers often have 64 MB of it. */
const MEMORY = "/dev/shm";
/** In bytes: ten times the use of the tests. */
const ROOM = 1024 ** 3;
const PREFIX = "postgres-tests-";
/** The file in such a folder that names the link to it. */
const LINK = "link";
/** In ms. A younger folder without a link may still get its link. */
const MAKING_MS = 60_000;

/**
 * Makes a folder in memory if this machine has room there, otherwise an ordinary one. PostgreSQL
 * makes and removes 25,000 files in a run of the tests. ext4 without a journal, as on some virtual
 * machines, skips every inode that was freed in the last minutes. There a test database took 250 ms
 * of CPU, not 15.
 *
 * A restart of the machine empties the folder. Each call also removes what deleted clones and
 * killed processes of the same user have left there.
 *
 * @param folder becomes a link to the folder in memory
 * @param memory for the test. Default: /dev/shm.
 * @param user for the test: a user's number. Default: this process's.
 */
export function makeFolderInMemory(
  folder: string,
  memory = MEMORY,
  user = process.getuid?.(),
): void {
  const target = linkOf(folder);
  if (target !== undefined) {
    mkdirSync(target, { recursive: true });
    nameLink(target, folder);
  }
  removeUnused(memory, user);
  if (existsSync(folder)) return;
  if (!hasRoom(memory)) {
    mkdirSync(folder, { recursive: true });
    return;
  }
  mkdirSync(path.dirname(folder), { recursive: true });
  const made = mkdtempSync(path.join(memory, PREFIX));
  // As root, PostgreSQL runs as another user, who must be able to enter the folder.
  chmodSync(made, 0o711);
  try {
    symlinkSync(made, folder);
    nameLink(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true });
    // Another process has made it in the meantime.
    if (!existsSync(folder)) throw error;
  }
}

/**
 * Removes a folder, with what it links to in memory, and what deleted clones and killed processes
 * have left there. No PostgreSQL may run in it.
 */
export function removeFolderInMemory(folder: string, memory = MEMORY): void {
  const target = linkOf(folder);
  rmSync(folder, { recursive: true, force: true });
  // Somebody may have made a link of their own, to another place.
  if (target?.startsWith(path.join(memory, PREFIX))) {
    rmSync(target, { recursive: true, force: true });
  }
  removeUnused(memory, process.getuid?.());
}

function nameLink(made: string, folder: string): void {
  writeFileSync(path.join(made, LINK), folder);
}

function linkOf(folder: string): string | undefined {
  return lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()
    ? readlinkSync(folder)
    : undefined;
}

function hasRoom(memory: string): boolean {
  if (!existsSync(memory)) return false;
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= ROOM;
}

function removeUnused(memory: string, user: number | undefined): void {
  if (!existsSync(memory)) return;
  for (const name of readdirSync(memory).filter((entry) => entry.startsWith(PREFIX))) {
    const made = path.join(memory, name);
    try {
      const { uid, mtimeMs } = lstatSync(made);
      if (user !== undefined && uid !== user) continue;
      if (mtimeMs > Date.now() - MAKING_MS || isLinked(made) || isServed(made)) continue;
      rmSync(made, { recursive: true });
    } catch {
      // Another process is removing it, or it cannot be read.
    }
  }
}

/** Whether the clone that it was made for still uses it. */
function isLinked(made: string): boolean {
  const folder = readIfThere(path.join(made, LINK));
  return folder !== undefined && linkOf(folder) === made;
}

/** Whether a PostgreSQL runs in it. Its clone may have been deleted or moved meanwhile. */
function isServed(made: string): boolean {
  return globSync("*/data/postmaster.pid", { cwd: made }).some((file) => {
    const pid = Number(readFileSync(path.join(made, file), "utf8").split("\n")[0]);
    return isRunning(pid);
  });
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
