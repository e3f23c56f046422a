import type { OnEvents } from "@repo/email/events";

/**
 * Called when SES reports what became of an email. It does nothing yet. Write `async (tx, events)
 * => { … }` here, and web and the worker call it (docs/recipes.md).
 */
export const onEvents: OnEvents | undefined = undefined;
