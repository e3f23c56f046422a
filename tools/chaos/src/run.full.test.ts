import { full } from "@repo/testing/full";
import { expect, it, vi } from "vitest";
import type { Campaign } from "./campaign.ts";
import { lostAnswer } from "./campaigns/lost-answer.ts";
import { run } from "./run.ts";

const quick = { seed: 1, messages: 40, quick: true };
const figures = { lost: 0, duplicates: 0 };

it.runIf(full)(
  "runs a campaign on its own workers, database and ses-local, and ends them",
  async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(await run("lost-answer", lostAnswer, quick)).toMatchObject({
      chaos: "lost-answer",
      seed: 1,
      queued: 40,
      lost: 0,
      met: true,
    });
  },
);

it("says which bar is missed", async () => {
  const bars = { "0 lost": true, "0 held": false };
  const line = await run("name", () => Promise.resolve({ figures, bars }), quick);
  expect(line).toMatchObject({ chaos: "name", ...figures, met: false, missed: ["0 held"] });
});

it("ends everything, the last first, even if a campaign fails", async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const ended: string[] = [];
  const campaign: Campaign = ({ atEnd }) => {
    atEnd(() => ended.push("first"));
    atEnd(() => Promise.reject(new Error("cannot be ended")));
    atEnd(() => ended.push("last"));
    return Promise.reject(new Error("why"));
  };
  const line = await run("name", campaign, quick);
  expect(line).toMatchObject({ lost: null, duplicates: null, met: false, error: "Error: why" });
  expect(ended).toEqual(["last", "first"]);
});
