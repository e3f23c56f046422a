import {
  chmodSync,
  existsSync,
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

/** Linux's file system in memory. Containers often have 64 MB of it. */
const MEMORY = "/dev/shm";
/** In bytes: ten times the use of the tests. */
const ROOM = 1024 ** 3;
const PREFIX = "sendoff-tests-";
/** The file in such a folder that names the link to it. */
const LINK = "link";

/**
 * Makes a folder in memory if this machine has room there, otherwise an ordinary one. PostgreSQL
 * makes and removes 25,000 files in a run of the tests. ext4 without a journal, as on some virtual
 * machines, skips every inode that was freed in the last minutes. There a test database took 250 ms
 * of CPU, not 15.
 *
 * A restart of the machine empties the folder. It also removes the folders of deleted clones.
 *
 * @param folder becomes a link to the folder in memory
 * @param memory for the test. Default: /dev/shm.
 */
export function makeFolderInMemory(folder: string, memory = MEMORY): void {
  const target = linkOf(folder);
  if (target !== undefined && mkdirSync(target, { recursive: true })) nameLink(target, folder);
  if (existsSync(folder)) return;
  if (!hasRoom(memory)) {
    mkdirSync(folder, { recursive: true });
    return;
  }
  removeUnused(memory);
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

function removeUnused(memory: string): void {
  for (const name of readdirSync(memory).filter((entry) => entry.startsWith(PREFIX))) {
    const made = path.join(memory, name);
    try {
      const folder = readFileSync(path.join(made, LINK), "utf8");
      if (linkOf(folder) !== made) rmSync(made, { recursive: true });
    } catch {
      // It belongs to another user, or is being made.
    }
  }
}
