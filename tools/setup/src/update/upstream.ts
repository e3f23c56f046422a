import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { AppError } from "@repo/errors";
import { type Git, gitIn } from "./git.ts";
import { type Release, releasesIn } from "./versions.ts";

/** What stops a command: Ctrl-C, an end from outside, a closed terminal. */
export const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Upstream's repository, in a folder of its own. So the clone needs no history of upstream. */
export interface Upstream {
  folder: string;
  git: Git;
  /** Oldest first. */
  releases(): Promise<Release[]>;
  /**
   * Fetches one commit without its history.
   *
   * @param refs tags or hashes; the first that upstream has
   * @returns its hash
   */
  fetch(refs: string[]): Promise<string>;
  /** A file of a fetched commit. "" if it has none. */
  read(commit: string, file: string): Promise<string>;
  close(): void;
}

/** @throws AppError `UPSTREAM_UNREACHABLE`, as all its functions do */
export async function openUpstream(url: string): Promise<Upstream> {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), "app-update-"));
  const close = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const end = (_: string, signal: number) => {
    close();
    process.exit(128 + signal);
  };
  for (const signal of SIGNALS) process.once(signal, end);
  const git = gitIn(folder);
  // The format that GitHub has. A person's git may make new repositories with SHA-256.
  await git("init", "--quiet", "--object-format=sha1");
  // A person's own hooks are for their own repositories.
  await git("config", "core.hooksPath", "no-hooks");
  const ask = async (what: string, ...args: string[]) => {
    try {
      return await git(...args);
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      const reason = reasonIn((cause as Error).message);
      throw new AppError(
        "UPSTREAM_UNREACHABLE",
        `${url} does not answer with ${what} (${reason}). Try again, or correct "upstream" in .starter.json.`,
        { retryable: true, cause },
      );
    }
  };
  const fetch = async ([ref = "", ...others]: string[]): Promise<string> => {
    try {
      await ask(ref, "fetch", "--quiet", "--no-tags", "--depth=1", "--", url, ref);
    } catch (error) {
      if (others.length === 0) throw error;
      return await fetch(others);
    }
    return await git("rev-parse", "FETCH_HEAD^{commit}");
  };
  return {
    folder,
    git,
    releases: async () =>
      releasesIn(await ask("its tags", "ls-remote", "--tags", "--refs", "--", url)),
    fetch,
    read: (commit, file) => git("show", `${commit}:${file}`).catch(() => ""),
    close() {
      for (const signal of SIGNALS) process.off(signal, end);
      close();
    },
  };
}

/** The line with the fault. Below it, git prints advice: "Please make sure … repository exists". */
function reasonIn(said: string): string {
  const lines = said.split("\n");
  return lines.find((line) => /^(?:fatal|error|ssh|remote): /.test(line)) ?? lines.at(-1) ?? "";
}
