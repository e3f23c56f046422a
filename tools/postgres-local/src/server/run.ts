import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { AppError } from "@repo/errors";

/** PostgreSQL refuses to run as root. This is the id of "nobody". */
const NOBODY = 65_534;

/** The user that PostgreSQL runs as, if it cannot be the current user. */
export type Owner = { uid: number; gid: number };

/** As root: the owner of the existing data, or "nobody" for new data. Otherwise undefined. */
export function ownerOf(folder: string): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (!existsSync(folder)) return { uid: NOBODY, gid: NOBODY };
  const { uid, gid } = statSync(folder);
  return uid === 0 ? { uid: NOBODY, gid: NOBODY } : { uid, gid };
}

/**
 * Runs one of PostgreSQL's programs to its end.
 *
 * @param options.log file descriptor for its output
 * @returns the exit code
 */
export async function run(
  program: string,
  args: string[],
  options: { owner: Owner | undefined; folder: string; log: number },
): Promise<number> {
  const { owner, folder, log } = options;
  const needsHelp = owner && [program, folder].some((file) => !canReach(file, owner));
  const [file, ...rest] = needsHelp ? [...setpriv(owner), program, ...args] : [program, ...args];
  const child = spawn(file, rest, {
    ...(needsHelp ? {} : owner),
    cwd: folder,
    // LC_ALL: on macOS the server refuses an invalid locale. PG* variables are not passed on.
    env: { LC_ALL: "C" },
    stdio: ["ignore", log, log],
    windowsHide: true,
  });
  return await new Promise((resolve, reject) => {
    // "exit", not "close": the server that pg_ctl starts keeps the streams open.
    child.once("exit", (code) => resolve(code ?? 1));
    child.once("error", (cause) =>
      reject(
        new AppError(
          "POSTGRES_UNAVAILABLE",
          `PostgreSQL refuses to run as root, and ${file} could not start it as another user ` +
            `(${cause.message}): run as an ordinary user, move the clone out of a folder that only ` +
            "root may enter, or set DATABASE_URL.",
          { cause },
        ),
      ),
    );
  });
}

/**
 * Other users cannot reach a clone below /root (mode 0700). With CAP_DAC_OVERRIDE the server can,
 * and its data stays in the clone. Rejected: copying the binaries, and data in a temporary folder.
 */
function setpriv({ uid, gid }: Owner): [string, ...string[]] {
  const capability = "+dac_override";
  return [
    "setpriv",
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    `--inh-caps=${capability}`,
    `--ambient-caps=${capability}`,
    // Without this, access(2), by which initdb finds its programs, would ignore the capability.
    "--securebits=+no_setuid_fixup",
    "--",
  ];
}

/** Whether every folder above a file lets this user through. */
function canReach(file: string, { uid, gid }: Owner): boolean {
  const folder = path.dirname(file);
  const { mode, uid: owner, gid: group } = statSync(folder);
  const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  return folder === path.dirname(folder) || canReach(folder, { uid, gid });
}
