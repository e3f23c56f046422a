import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Delivery, SesLocalEvent } from "./event.ts";
import { History } from "./history.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "ses-local-history-"));
  file = path.join(folder, "events.journal");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const event = (id: string, messageId = "0100-a"): SesLocalEvent => ({
  id,
  messageId,
  type: "Bounce",
  recipient: "name@example.com",
  at: "2026-11-29T12:00:00.000Z",
  summary: "",
  payload: { eventType: "Bounce" },
  deliveries: [],
});
const delivery: Delivery = { to: "webhook", at: "", status: 200, ms: 1, attempt: 1 };
const ids = (history: History) => history.list().map(({ id }) => id);

test("should keep events and their deliveries over a restart", () => {
  const history = new History(file, 10, () => true);
  history.add(event("1"));
  history.add(event("2", "0100-b"));
  history.addDelivery("1", delivery);
  // A killed process may leave such a line.
  appendFileSync(file, '0 {"event":{"id":"3"');

  const again = new History(file, 10, () => true);
  expect(again.list()).toEqual(history.list());
  expect(again.of("0100-a")).toEqual([{ ...event("1"), deliveries: [delivery] }]);
  again.add(event("4"));
  expect(ids(new History(file, 10, () => true))).toEqual(["4", "2", "1"]);
});

test("should first delete events of deleted messages, and then the oldest", () => {
  const history = new History(file, 3, (messageId) => messageId === "0100-a");
  history.add(event("1"));
  for (const id of ["2", "3", "4"]) history.add(event(id, "0100-gone"));
  expect(ids(history)).toEqual(["4", "3", "1"]);
  for (const id of ["5", "6", "7"]) history.add(event(id));
  expect(ids(history)).toEqual(["7", "6", "5"]);
  history.add(event("8", "0100-gone"));
  expect(ids(history)).toEqual(["8", "7", "6"]);
  expect(history.get("1")).toBeUndefined();
  expect(history.of("0100-gone")).toHaveLength(1);
});
