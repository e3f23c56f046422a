import { request } from "node:https";
import { EmailError } from "../../error.ts";

/**
 * Asks SNS for a document: its certificate, or the confirmation of a subscription.
 *
 * @throws EmailError `SNS_UNREACHABLE`, retryable
 */
export type SnsFetch = (url: URL) => Promise<string>;

/** What only an app's `dev.ts` adds to its settings. */
export interface DevEnv {
  /** Asks ses-local in place of SNS. */
  snsFetch?: SnsFetch;
}

// In ms, for the whole request. SNS waits 15 s for our answer.
const PATIENCE = 5_000;
// In bytes. A certificate has 2 KB.
const MAX_BYTES = 64 * 1024;

/**
 * Fetches over TLS, without redirects, within limits of time and size. The TLS certificate is
 * always checked, whatever the environment says.
 */
export const snsFetch: SnsFetch = async (url) => {
  try {
    return await get(url);
  } catch (cause) {
    // The query of a confirmation is a secret.
    const reason = cause instanceof Error ? cause.message : "no answer";
    throw new EmailError(
      "SNS_UNREACHABLE",
      `SNS did not answer at ${url.origin}${url.pathname} (${reason}). Allow this app to reach it by HTTPS; SNS sends the message again.`,
      { retryable: true, cause },
    );
  }
};

function get(url: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(PATIENCE);
    // node:https and not fetch, because it follows no redirect, and because its option overrules
    // NODE_TLS_REJECT_UNAUTHORIZED.
    const sent = request(url, { signal, rejectUnauthorized: true }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      if (response.statusCode !== 200) {
        sent.destroy(new Error(`status ${response.statusCode}`));
        return;
      }
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_BYTES) sent.destroy(new Error(`more than ${MAX_BYTES} bytes`));
        else chunks.push(chunk);
      });
      response.on("end", () => resolve(Buffer.concat(chunks).toString()));
      response.on("error", reject);
    });
    sent.on("error", (error) =>
      reject(signal.aborted ? new Error(`nothing in ${PATIENCE} ms`) : error),
    );
    // A destroyed request may end without `end` and without `error`.
    sent.on("close", () => reject(new Error("the connection was closed")));
    sent.end();
  });
}
