import type { Request } from "express";

/**
 * Called before every sign-up. Here you can check a challenge that bots fail (Turnstile, hCaptcha,
 * a proof of work). To refuse, throw an `HttpError` with status 422: the form shows its message.
 * This function does nothing yet, because the limits work without it.
 */
export async function challenge(_req: Request): Promise<void> {}
