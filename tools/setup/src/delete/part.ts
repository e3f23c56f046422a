import { z } from "zod";

const texts = z.record(z.string(), z.array(z.string()));

/** A part that a clone can do without. */
export const Part = z.strictObject({
  /** What docs/deleting.md says of it. */
  about: z.string(),
  /** Files and folders; `*` stands for a part of a name. */
  delete: z.array(z.string()),
  /** Scripts of the root's package.json. */
  scripts: z.array(z.string()).default([]),
  /** Of .env.example, beside those that no env.ts reads any more: what the AWS SDK reads itself. */
  settings: z.array(z.string()).default([]),
  /**
   * File, or pattern of files → what to remove from it: every line that contains the text (`^` stands
   * for its beginning); or, with ` … ` in it, the
   * lines from the one that contains what is before it to the next that contains what is behind.
   */
  remove: texts.default({}),
  /** Document → headings whose sections go. */
  sections: texts.default({}),
  /** File → text that stands there once → what to write instead. */
  replace: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  /** Scripts to run at the end, with their arguments. */
  run: z.array(z.string()).default([]),
});
export type Part = z.infer<typeof Part>;

export const Parts = z.record(z.string(), Part);
