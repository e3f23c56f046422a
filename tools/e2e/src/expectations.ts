// What must hold after all flows of a file.
import { expect } from "vitest";
import { OTHER_PASSWORD, PASSWORD } from "./person.ts";
import type { Stack } from "./stack.ts";

/** Every message is closed, was sent at most once, and has no contents left. */
export async function expectSentOnce(stack: Stack): Promise<void> {
  await stack.settled();
  const messages = await stack.db.message.findMany();
  for (const message of messages) expect(message).toMatchObject({ state: "closed", payload: null });
  const sent = messages.filter(({ closedReason }) => closedReason === "sent");
  expect(sent.length).toBeGreaterThan(0);
  const tally = await stack.ses.tally();
  expect(Object.keys(tally).sort()).toEqual(sent.map(({ id }) => id).sort());
  for (const { copies } of Object.values(tally)) expect(copies).toBe(1);
}

/** Only the people's mailboxes are at example.org. */
export function expectSecretsUnlogged(stack: Stack): void {
  const log = stack.log();
  for (const secret of [PASSWORD, OTHER_PASSWORD, "token=", "example.org"]) {
    expect(log).not.toContain(secret);
  }
}
