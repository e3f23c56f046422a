import { describe, expect, it } from "vitest";
import { callsOf, useSesServer } from "./test-ses.ts";

const { quota } = callsOf({ from: "hello@example.com", loopbackOnly: true });
const serve = useSesServer();

describe("the account's limits", () => {
  it.each([
    [
      {
        SendQuota: { Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 7 },
        SendingEnabled: true,
      },
      { maxSendRate: 1, max24HourSend: 200, sentLast24Hours: 7, sendingEnabled: true },
    ],
    [
      {
        SendQuota: { Max24HourSend: -1, MaxSendRate: 14, SentLast24Hours: 0 },
        SendingEnabled: false,
      },
      { maxSendRate: 14, max24HourSend: undefined, sentLast24Hours: 0, sendingEnabled: false },
    ],
    [{}, undefined],
  ])("%j → %j", async (account, expected) => {
    await serve((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(account));
    });
    expect(await quota()).toEqual(expected);
  });
});
