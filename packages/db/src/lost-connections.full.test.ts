// Connections that are lost without a word: the server's machine has died, or a firewall or a load
// balancer has forgotten them. TCP itself would wait for a quarter of an hour.
import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createDb } from "./index.ts";
import { useTestDb } from "./testing.ts";

const server = await useTestDb();

/** A way to the database that can forget the connections that it has. New ones work. */
async function createWay() {
  const { hostname, port } = new URL(server.url);
  const open = new Set<Socket>();
  const way = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("data", (data) => other.write(data)).on("error", () => undefined);
      one.on("close", () => other.destroy());
      open.add(one);
    }
  }).listen(0, "127.0.0.1");
  await once(way, "listening");
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    way.close();
  });
  const url = new URL(server.url);
  url.port = String((way.address() as AddressInfo).port);
  return {
    url: url.href,
    forget: () => {
      for (const socket of open) socket.removeAllListeners("data").pause();
    },
  };
}

test("are replaced after the time limit of a query, also in the middle of transactions", async () => {
  const way = await createWay();
  const db = createDb(way.url, { poolSize: 4, queryTimeout: 1_000 });
  onTestFinished(() => db.$disconnect());
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  let forget = () => {};
  const forgotten = new Promise<void>((resolve) => (forget = resolve));
  const inTransactions = [1, 2].map(() =>
    db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1`;
      begin();
      await forgotten;
      await tx.$queryRaw`SELECT 1`;
    }),
  );
  await begun;
  await Promise.all([db.$queryRaw`SELECT 1`, db.$queryRaw`SELECT 1`]);
  way.forget();
  forget();
  const alone = [db.$queryRaw`SELECT 1`, db.suppression.findMany()];
  const results = await Promise.allSettled<unknown>([...inTransactions, ...alone]);
  expect(results.map(({ status }) => status)).toEqual(Array(4).fill("rejected"));
  // Every place of the pool is usable again.
  await expect
    .poll(
      async () => {
        const all = Array.from({ length: 4 }, () =>
          db.$transaction((tx) => tx.$queryRaw`SELECT pg_sleep(0.05)::text`),
        );
        return (await Promise.allSettled<unknown>(all)).every(
          ({ status }) => status === "fulfilled",
        );
      },
      { timeout: 30_000 },
    )
    .toBe(true);
});
