import { setTimeout as sleep } from "node:timers/promises";
import { type SmtpAnswer, type SmtpMoment, startSmtpServer } from "@repo/testing/smtp-server";
import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { openStack } from "../stack.ts";

/**
 * A realistic SMTP server. It accepts a few emails per connection and then answers 421, closes or
 * resets. At idle it answers 451 or nothing. It defers recipients, answers slowly, loses answers,
 * and sometimes keeps a connection open in silence.
 */
export async function smtp(setup: Setup): Promise<Findings> {
  const { messages, quick, say, atEnd } = setup;
  const stack = await openStack(setup);
  const { outbox } = stack;
  const server = createServer(setup, quick ? 2 : 10);
  const listening = await startSmtpServer((moment) => server.tell(moment));
  atEnd(() => listening.stop());

  await outbox.fill(messages);
  const options = { doubtSeconds: { resend: 2, hold: 5 }, smtpPort: listening.port };
  await Promise.all([stack.startWorker(options), stack.startWorker(options)]);
  say(`${messages} emails to a server that ends connections, waits, refuses and loses answers`);
  await outbox.drained(1_800);

  const found = await audit({ outbox, ses: { tally: async () => server.tally() } });
  const doubts = await outbox.rows<{ id: string }>(
    "SELECT message_id AS id FROM attempts WHERE result = 'unknown'",
  );
  const unread = doubts.filter(({ id }) => !server.read.has(id));
  return {
    figures: { ...found, inDoubt: doubts.length, unread: unread.length, faults: server.faults },
    bars: {
      ...always(found),
      // We have sent a small email's last byte before the server breaks off in its headers. So we
      // cannot know how much it has read.
      "only what the server read or broke off is in doubt": unread.every(({ id }) =>
        server.brokenOff.has(id),
      ),
      "no second copy except after a lost answer": found.duplicates <= doubts.length,
      "hold: one copy each": found.copies.hold === 1,
    },
  };
}

function createServer({ random }: Setup, hangs: number) {
  const copies = new Map<string, number>();
  const read = new Set<string>();
  const brokenOff = new Set<string>();
  const faults: Record<string, number> = {};
  /** How many emails each connection accepts, and how it ends. */
  const ends = new Map<number, { after: number; how: SmtpAnswer }>();
  let hangsLeft = hangs;

  const oneOf = (...answers: SmtpAnswer[]) => answers[Math.floor(random() * answers.length)];
  const count = (fault: string, told: SmtpAnswer) => {
    faults[fault] = (faults[fault] ?? 0) + 1;
    return told;
  };

  function endOf(connection: number) {
    const known = ends.get(connection);
    if (known) return known;
    const end = { after: 1 + Math.floor(random() * 8), how: oneOf("421 Enough", "close", "reset") };
    ends.set(connection, end);
    return end;
  }

  function answer({ step, connection, email, id }: SmtpMoment): SmtpAnswer {
    const end = endOf(connection);
    switch (step) {
      case "CONN":
        return random() < 0.01 ? count("421 greeting", "421 Too many connections") : undefined;
      case "MAIL":
        if (hangsLeft > 0 && random() < 0.01) {
          hangsLeft--;
          return count("half-open", "hang");
        }
        return email > end.after ? count("ended in use", end.how) : undefined;
      case "RCPT":
        return random() < 0.02 ? count("put off", "450 Greylisted") : undefined;
      case "PART":
        if (random() >= 0.01) return undefined;
        brokenOff.add(id);
        return count("broken off", oneOf("close", "reset"));
      case "BODY": {
        read.add(id);
        if (random() < 0.02) return count("451 to an email", "451 Try later");
        // Its answer may be lost.
        copies.set(id, (copies.get(id) ?? 0) + 1);
        return random() < 0.01 ? count("answer lost", oneOf("close", "reset")) : undefined;
      }
      case "IDLE":
        return random() < 0.05
          ? count("ended at idle", oneOf("421 Idle", "451 Idle", "close", "reset"))
          : undefined;
      default:
        return undefined;
    }
  }

  return {
    read,
    brokenOff,
    faults,
    tally: () =>
      Object.fromEntries([...copies].map(([id, n]) => [id, { copies: n, messageIds: [] }])),
    async tell(moment: SmtpMoment): Promise<SmtpAnswer> {
      if (random() < 0.02) await sleep(random() * 300);
      return answer(moment);
    },
  };
}
