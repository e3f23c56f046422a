import { AppError } from "@repo/errors";

/** A release of upstream. */
export interface Release {
  /** `1.2.0`, `2.0.0-beta.1`. */
  version: string;
  /** The name of its tag, with or without a `v` in front. */
  tag: string;
}

const VERSION = /^v?(\d+\.\d+\.\d+(?:-[\w.-]+)?)$/;

/** The releases in the output of `git ls-remote --tags --refs`, oldest first. */
export function releasesIn(output: string): Release[] {
  return output
    .split("\n")
    .flatMap((line) => {
      const tag = line.split("refs/tags/")[1] ?? "";
      const version = VERSION.exec(tag)?.[1];
      return version === undefined ? [] : [{ version, tag }];
    })
    .toSorted((a, b) => compareVersions(a.version, b.version));
}

/** Those that are newer than a version, without pre-releases. */
export function newerThan(version: string, releases: Release[]): Release[] {
  return releases.filter(
    (each) => compareVersions(each.version, version) > 0 && !each.version.includes("-"),
  );
}

/**
 * The release to update to.
 *
 * @param wanted its version. Default: the newest one.
 * @returns undefined if none is newer
 * @throws AppError `UNKNOWN_VERSION` if the wanted one does not exist, or is not newer
 */
export function choose(
  releases: Release[],
  current: string,
  wanted: string | undefined,
): Release | undefined {
  const newer = newerThan(current, releases);
  if (wanted === undefined) return newer.at(-1);
  const name = wanted.replace(/^v/, "");
  const release = releases.find(({ version }) => version === name);
  const order = compareVersions(name, current);
  if (release && order > 0) return release;
  const list = newer.map(({ version }) => version).join(", ") || "none";
  let reason = `The starter has no version ${name}.`;
  if (release && order === 0) reason = `This clone has ${current} already.`;
  if (release && order < 0) {
    reason = `This clone has ${current}, and ${name} is older. To undo an update, use the command that it printed, or git revert its commit.`;
  }
  throw new AppError("UNKNOWN_VERSION", `${reason} Newer versions: ${list}.`);
}

/** Below 0 if `a` is older. A pre-release is older than its release (semver.org, item 11). */
export function compareVersions(a: string, b: string): number {
  const [releaseA = "", preA = ""] = split(a);
  const [releaseB = "", preB = ""] = split(b);
  const byRelease = compareParts(releaseA, releaseB);
  if (byRelease !== 0 || preA === preB) return byRelease;
  if (preA === "" || preB === "") return preA === "" ? 1 : -1;
  return compareParts(preA, preB);
}

function split(version: string): string[] {
  const at = version.indexOf("-");
  return at < 0 ? [version] : [version.slice(0, at), version.slice(at + 1)];
}

function compareParts(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
