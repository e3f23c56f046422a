// A second process for tests. It applies the events that it is sent.
import { createDb } from "@repo/db";
import { applyEvents } from "./apply.ts";
import type { SesEvent } from "./event.ts";

/** Events as they come over a process boundary. */
type SentEvent = Omit<SesEvent, "occurredAt"> & { occurredAt: string };

const db = createDb(process.argv[2] ?? "", { poolSize: 3 });

async function answer({ id, events }: { id: number; events: SentEvent[] }): Promise<void> {
  try {
    const { stored } = await applyEvents(
      db,
      events.map((event) => ({ ...event, occurredAt: new Date(event.occurredAt) })),
    );
    process.send?.({ id, stored });
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
}

process.on("message", (message: Parameters<typeof answer>[0]) => void answer(message));
process.on("disconnect", () => void db.$disconnect());
process.send?.({ ready: true });
