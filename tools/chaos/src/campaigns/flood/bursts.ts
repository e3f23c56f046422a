import type { Found, Stage } from "./attack.ts";
import { crowd, statuses } from "./crowd.ts";
import { PASSWORD } from "./people.ts";
import { quiet } from "./target.ts";

/** A hundred people sign up at the same moment. */
export async function bursts({ target, size, stranger }: Stage): Promise<Found> {
  const count = size(100);
  const answers = await crowd(count, count, (i) =>
    target.site.ask({
      ip: stranger(i),
      path: "/signup",
      fields: { name: "Sam", email: `person${i}@bursts.example.com`, password: PASSWORD },
    }),
  );
  await quiet(target);
  const counts = statuses(answers);
  const { emails } = await target.stack.outbox.look<"emails">(
    "SELECT count(*) AS emails FROM messages WHERE to_key LIKE '%@bursts.example.com'",
  );
  return {
    before: { signUps: 100, answered500: 63 },
    after: {
      signUps: count,
      answered500: counts[500] ?? 0,
      answers: counts,
      emails,
      slowestMs: Math.round(Math.max(...answers.map(({ ms }) => ms))),
    },
    bars: {
      "each is accepted, or told when to try again": Object.keys(counts).every((status) =>
        ["202", "503"].includes(status),
      ),
      "each that is accepted has its email": emails === (counts[202] ?? 0),
    },
  };
}
