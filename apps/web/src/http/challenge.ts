import type { Request } from "express";

/**
 * Called before every sign-up, with the whole request: the place for a challenge that bots fail
 * (Turnstile, hCaptcha, a proof of work). Throw an `HttpError` of 422 to refuse; its message is
 * shown above the form. It does nothing by default: the limits hold without it.
 */
export async function challenge(_req: Request): Promise<void> {}
