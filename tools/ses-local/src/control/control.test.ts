import { startOwn } from "../testing/start.ts";
import { afterAll, afterEach, expect, test } from "vitest";

const ses = await startOwn();
afterEach(() => ses.reset());
afterAll(() => ses.stop());

const call = (method: string, body?: string) =>
  fetch(`${ses.url}/control`, { method, ...(body !== undefined && { body }) });

const behaviour = async () => (await call("GET")).json();

const normal = {
  seed: 1,
  account: {
    maxSendRate: 14,
    max24HourSend: 50_000,
    sentLast24Hours: 0,
    sendingEnabled: true,
    productionAccess: true,
  },
  enforceRate: false,
  enforceQuota: false,
  verifiedRecipients: [],
  delay: 0,
  faults: [],
  events: {
    duplicate: 0,
    reorder: 0,
    delay: 0,
    beforeResponse: 0,
    drop: 0,
    signatureVersion: "2",
  },
};

test("should replace, return and reset the whole behaviour", async () => {
  expect(await behaviour()).toEqual(normal);
  await ses.control({ delay: 5, faults: [{ fault: "lost-answer", share: 0.05 }] });
  await ses.control({
    seed: 9,
    account: { maxSendRate: 100 },
    configurationSets: ["a"],
    faults: [{ fault: "throttle" }],
  });
  const replaced = {
    ...normal,
    seed: 9,
    account: { ...normal.account, maxSendRate: 100 },
    configurationSets: ["a"],
    faults: [{ fault: "throttle", share: 1 }],
  };
  expect(await behaviour()).toEqual(replaced);
  // It accepts its own answer.
  const put = await call("PUT", JSON.stringify(replaced));
  expect(await put.json()).toEqual(replaced);
  await ses.reset();
  expect(await behaviour()).toEqual(normal);
});

test.each([
  ['{"rate":1,"account":{"quota":2}}', ["rate", "account.quota", "maxSendRate"]],
  ['{"faults":[{"fault":"throttle","rate":1}]}', ["faults[0].rate"]],
  ['{"faults":[{"share":1}]}', ["faults[0].fault is missing."]],
  ['{"faults":[{"fault":"flood"}]}', ["faults[0].fault must be one of lost-answer, "]],
  ['{"faults":[{"fault":"quota","share":2}]}', ["faults[0].share must be from 0 to 1."]],
  ['{"faults":{}}', ["faults must be an array."]],
  ['{"account":{"maxSendRate":0}}', ["account.maxSendRate must be a number above 0."]],
  ['{"account":{"max24HourSend":-2}}', ["account.max24HourSend must be"]],
  ['{"account":null}', ["account must be an object."]],
  ['{"enforceRate":1,"delay":"1"}', ["enforceRate must be true or false.", "delay must be"]],
  ['{"verifiedRecipients":[1]}', ["verifiedRecipients[0] must be a string."]],
  ['{"seed":1.5}', ["seed must be a whole number"]],
  ['{"__proto__":{}}', ["__proto__"]],
  ["[]", ["The body must be an object."]],
])("should refuse %s, name what is wrong, and change nothing", async (body, words) => {
  await ses.control({ delay: 1 });
  const response = await call("PUT", body);
  expect(response.status).toBe(400);
  const { message } = (await response.json()) as { message: string };
  for (const word of words) expect(message).toContain(word);
  expect(await behaviour()).toEqual({ ...normal, delay: 1 });
});

test("should refuse a body that is not JSON", async () => {
  for (const body of ["nonsense", "1"]) expect((await call("PUT", body)).status).toBe(400);
});
