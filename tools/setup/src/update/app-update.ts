import { AppError } from "@repo/errors";
import { RECORD, type Record, readRecord, writeRecord } from "../record.ts";
import { root } from "../root.ts";
import { type Tree, openTree } from "../tree.ts";
import { initArguments } from "./answers.ts";
import { requireCommitted, wholeOrNothing } from "./clone.ts";
import { gitIn } from "./git.ts";
import { install } from "./install.ts";
import { BRANCH, merge } from "./merge.ts";
import { notesBetween } from "./notes.ts";
import { remake } from "./remake.ts";
import { report } from "./report.ts";
import { type Upstream, openUpstream } from "./upstream.ts";
import { type Release, choose, newerThan } from "./versions.ts";
import { readOptions } from "../options.ts";

const HELP = `pnpm app:update [VERSION]

Brings the starter's changes since this clone's version into the clone. Your changes stay. It commits nothing.

  VERSION  the version to update to. Default: the newest.
  --check  only lists the newer versions, with what their notes say.`;

/**
 * `pnpm app:update [VERSION]`.
 *
 * @throws AppError (docs/errors.md). The clone is then as it was.
 */
export async function appUpdate(args: string[]): Promise<void> {
  const { values, positionals } = readOptions({
    args,
    allowPositionals: true,
    options: { check: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const [wanted, another] = positionals;
  if (another !== undefined) {
    throw new AppError("UNKNOWN_VERSION", `Only one version at a time: leave out ${another}.`);
  }
  const tree = openTree(root);
  const record = requireRecord(tree);
  const git = gitIn(root);
  const head = values.check ? "" : await requireCommitted(git);
  const upstream = await openUpstream(record.upstream);
  try {
    const releases = await upstream.releases();
    const target = choose(releases, record.version, wanted);
    if (!target) {
      console.log(
        releases.length === 0
          ? `${record.upstream} has no release yet.`
          : `Nothing is newer than ${record.version}.`,
      );
      return;
    }
    const commit = await upstream.fetch([refOf(target)]);
    const page = await upstream.read(commit, "docs/upgrading.md");
    const notes = notesBetween(page, record.version, target.version);
    if (values.check) {
      const newer = newerThan(record.version, releases).map(({ version }) => version);
      console.log(`This clone has ${record.version}. Newer: ${newer.join(", ")}.\n\n${notes}`);
      return;
    }
    const { before, after } = await makeBoth(
      upstream,
      record,
      releases,
      (parts) => initArguments(tree, record, parts),
      { ...target, commit },
    );
    await upstream.git("update-ref", BRANCH, after.commit);
    const { failed, ...merged } = await wholeOrNothing(git, head, async () => {
      const done = await merge(git, root, upstream.folder, before, after);
      writeRecord(tree, { ...record, version: target.version, commit });
      tree.save();
      await git("add", "--", RECORD);
      return { ...done, failed: await install(git, root, [...after.lockfiles.keys()]) };
    });
    console.log(report({ ...merged, version: target.version, head, notes, failed }));
    if (merged.conflicts.length > 0) process.exitCode = 1;
  } finally {
    upstream.close();
  }
}

/** Upstream's old and new version, as this product. */
async function makeBoth(
  upstream: Upstream,
  { version, commit }: Record,
  releases: Release[],
  answers: (parts: string[]) => string[],
  target: Release & { commit: string },
) {
  const release = releases.find((each) => each.version === version);
  const known = [commit, release ? refOf(release) : null];
  const refs = known.filter((ref) => ref !== null);
  if (refs.length === 0) {
    throw new AppError(
      "UNKNOWN_VERSION",
      `This clone comes from version ${version}, and the starter has no such version. Correct "version" in ${RECORD}, or set "commit" to the starter's commit.`,
    );
  }
  console.log(`Making this product from ${version} …`);
  const before = await remake(upstream, await upstream.fetch(refs), answers);
  console.log(`Making this product from ${target.version} …`);
  const after = await remake(upstream, target.commit, answers, before.commit);
  return { before, after };
}

const refOf = ({ tag }: Release) => `refs/tags/${tag}`;

function requireRecord(tree: Tree): Record {
  const record = readRecord(tree);
  if (record && record.upstream !== "") return record;
  throw new AppError(
    "NO_RECORD",
    record
      ? "This clone does not know where it comes from: pnpm app:init --upstream URL"
      : `This clone does not know its version, because it has no ${RECORD}. Take the file from git again if it was deleted. Otherwise pnpm app:init writes it.`,
  );
}
