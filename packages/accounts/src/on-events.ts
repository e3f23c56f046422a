import type { OnEvents } from "@repo/email/events";

/**
 * What the app does when SES says what became of an email: nothing so far. Write
 * `async (tx, events) => { … }` here, and web and the worker call it (docs/recipes.md).
 */
export const onEvents: OnEvents | undefined = undefined;
