import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Store } from "./store.ts";

let data: string;
beforeEach(() => {
  data = mkdtempSync(path.join(tmpdir(), "ses-local-store-"));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

const add = (store: Store, template: string, bytes = 10) =>
  store.add(Buffer.from(`Subject: ${template}\r\n\r\n${"x".repeat(bytes)}`), {
    messageId: "0100-id",
    recipients: ["name@example.com"],
    tags: template ? { template } : {},
    configurationSet: null,
    via: "api",
  });
const templates = (store: Store) => store.find().map(({ tags }) => tags["template"]);
const sizeOnDisk = () => statSync(path.join(data, "messages.journal")).size;

test("should not let a newsletter displace other messages", () => {
  const store = new Store(data, 5);
  add(store, "password-reset");
  add(store, "");
  for (let sent = 0; sent < 20; sent += 1) add(store, "newsletter");
  add(store, "welcome");
  expect(templates(store)).toEqual([
    "welcome",
    "newsletter",
    "newsletter",
    undefined,
    "password-reset",
  ]);
  const kept = store.find();
  expect(new Store(data, 5).find()).toEqual(kept);
});

test("should return after a large message that it does not keep", () => {
  const store = new Store(data, 0);
  add(store, "newsletter", 5 * 1024 * 1024);
  expect(store.find()).toEqual([]);
});

test("should keep old messages during a flood, and its files small, also over restarts", async () => {
  const store = new Store(data, 4);
  add(store, "password-reset");
  add(store, "welcome");
  const [welcome, reset] = store.find();
  store.mark([reset?.id ?? ""], true);
  store.remove([welcome?.id ?? ""]);
  for (let sent = 0; sent < 60; sent += 1) add(store, "newsletter", 300_000);
  expect(sizeOnDisk()).toBeLessThan(2 * 4 * 300_000 + 6 * 1024 * 1024);

  const again = new Store(data, 4);
  expect(again.find()).toEqual(store.find());
  expect(templates(again)).toEqual(["newsletter", "newsletter", "newsletter", "password-reset"]);
  expect(await again.read(reset?.id ?? "")).toMatchObject({
    read: true,
    subject: "password-reset",
  });
  add(again, "newsletter");
  expect(templates(again)).toEqual(["newsletter", "newsletter", "newsletter", "password-reset"]);
});

test("should count at its start what was stored and not counted", () => {
  const store = new Store(data, 5);
  const envelope = { recipients: [], configurationSet: null, via: "api" as const };
  for (const id of ["m-1", "m-2"]) {
    store.add(Buffer.of(), { ...envelope, messageId: `0100-${id}`, tags: { "message-id": id } });
  }
  const file = path.join(data, "tally.journal");
  const [first] = readFileSync(file, "utf8").split("\n");
  writeFileSync(file, `${first}\n`);
  expect(new Store(data, 5).tally).toEqual(store.tally);
});
