import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { SesLocal, SesLocalOptions } from "../client.ts";
import { connect } from "../connection.ts";
import { start } from "../start.ts";

/** As `SesLocal`, but not a process that can be killed. */
export type OwnSesLocal = Omit<SesLocal, "kill">;

/**
 * Starts ses-local in this process, for its own tests: a process takes 0.7 s of CPU to start.
 * main.full.test.ts tests the process.
 */
export async function startOwn(
  options: Pick<SesLocalOptions, "verified" | "keep" | "smtpStartTls" | "webhook"> = {},
): Promise<OwnSesLocal> {
  const topicArn = "arn:aws:sns:us-east-1:000000000000:ses-events";
  const data = await mkdtemp(path.join(tmpdir(), "ses-local-"));
  const { port, smtpPort, subscribe, stop } = await start(
    {
      port: 0,
      smtpPort: 0,
      smtpStartTls: options.smtpStartTls ?? false,
      verified: options.verified ?? ["example.com"],
      data,
      keep: options.keep ?? 500,
      topicArn,
      pictures: undefined,
      webhook: options.webhook,
    },
    () => undefined,
  );
  void subscribe();
  const url = `http://127.0.0.1:${port}`;
  return {
    ...connect(url),
    port,
    smtpPort,
    queueUrl: `${url}/${topicArn.split(":").slice(4).join("/")}`,
    async stop() {
      stop();
      await rm(data, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
