import { z } from "zod";

const texts = z.record(z.string(), z.array(z.string()));

/** A part that a clone can do without. */
export const Part = z.strictObject({
  /** Its text in docs/deleting.md. */
  about: z.string(),
  /** Files and folders. `*` means any part of a name. */
  delete: z.array(z.string()),
  /** Scripts of the root's package.json. */
  scripts: z.array(z.string()).default([]),
  /** Settings of .env.example that the AWS SDK reads itself. The command finds those of env.ts. */
  settings: z.array(z.string()).default([]),
  /**
   * File or pattern of files → the lines to remove. A text removes every line that contains it. `^`
   * means the beginning of a line. `first … last` removes the lines from the one with `first` to
   * the next with `last`.
   */
  remove: texts.default({}),
  /** Document → headings of the sections to remove. */
  sections: texts.default({}),
  /** File → a text that it contains once → its replacement. */
  replace: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  /** Scripts to run at the end, with their arguments. */
  run: z.array(z.string()).default([]),
});
export type Part = z.infer<typeof Part>;

export const Parts = z.record(z.string(), Part);
