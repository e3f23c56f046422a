import { expect, it } from "vitest";
import { choose, newerThan, releasesIn } from "./versions.ts";

const tags = (...names: string[]) =>
  releasesIn(names.map((name) => `${"0".repeat(40)}\trefs/tags/${name}`).join("\n"));

it("finds the releases among the tags, and orders them by version", () => {
  const found = tags(
    "v1.10.0",
    "latest",
    "v1.9.0",
    "1.2.0",
    "v2.0.0-beta.10",
    "v2.0.0-beta.9",
    "v2",
  );
  expect(found.map(({ version, tag }) => [version, tag])).toEqual([
    ["1.2.0", "1.2.0"],
    ["1.9.0", "v1.9.0"],
    ["1.10.0", "v1.10.0"],
    ["2.0.0-beta.9", "v2.0.0-beta.9"],
    ["2.0.0-beta.10", "v2.0.0-beta.10"],
  ]);
});

it("updates to the newest release, and to a pre-release only by its name", () => {
  const releases = tags("v1.0.0", "v1.1.0", "v2.0.0-beta.1");
  expect(choose(releases, "1.0.0", undefined)?.version).toBe("1.1.0");
  expect(choose(releases, "1.0.0", "2.0.0-beta.1")?.version).toBe("2.0.0-beta.1");
  expect(choose(releases, "1.0.0", "v1.1.0")?.version).toBe("1.1.0");
  expect(newerThan("2.0.0-beta.1", tags("v2.0.0"))).toHaveLength(1);
});

it("has nothing to update to if no release is newer", () => {
  expect(choose(tags("v1.0.0", "v1.1.0"), "1.1.0", undefined)).toBeUndefined();
});

it.each([
  ["1.3.0", "The starter has no version 1.3.0. Newer versions: 1.1.0, 1.2.0."],
  ["1.0.0", "This clone has 1.0.0 already. Newer versions: 1.1.0, 1.2.0."],
  [
    "0.9.0",
    /^This clone has 1.0.0, and 0.9.0 is older. To undo an update, .* Newer versions: 1.1.0, 1.2.0.$/,
  ],
])("refuses %s, and names the newer versions", (wanted, message) => {
  const releases = tags("v0.9.0", "v1.0.0", "v1.1.0", "v1.2.0");
  expect(() => choose(releases, "1.0.0", wanted)).toThrow(message);
});
