import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type OwnSesLocal, startOwn } from "../testing/start.ts";
import { afterAll, beforeEach, expect, test } from "vitest";
import { createClient, email } from "../testing/client.ts";

/** Only the test of pruning sends more. */
const KEEP = 50;

const ses = await startOwn({ keep: KEEP });
const client = createClient(ses.url);
beforeEach(() => call("/inbox/messages", "DELETE"));
afterAll(async () => {
  client.destroy();
  await ses.stop();
});

const call = (path: string, method = "GET", headers: Record<string, string> = {}) =>
  fetch(ses.url + path, { method, headers });

const send = (to: string, tags: Record<string, string> = {}, subject = "Hello") =>
  client.send(
    email(
      {
        Destination: { ToAddresses: [to] },
        EmailTags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
      },
      { Subject: { Data: subject } },
    ),
  );

test("should tell a picture inside the HTML from one that is only attached, by its whole id", async () => {
  const picture = (ContentId: string) => ({
    FileName: `${ContentId}.png`,
    ContentType: "image/png",
    RawContent: Buffer.from("picture"),
    ContentId,
  });
  const html = '<img src="cid:logo2@example.com">';
  const Attachments = ["logo", "logo2", "logo2@example.com"].map(picture);
  await client.send(email({}, { Body: { Html: { Data: html } }, Attachments }));
  const [message] = await ses.inbox({});
  expect(message?.attachments.filter(({ inline }) => inline)).toMatchObject([
    { filename: "logo2@example.com.png" },
  ]);
});

test("should list the newest first, and find by recipient in any case and by template", async () => {
  await send("sam@example.org", { template: "welcome" }, "first");
  await send("alex@example.org", { template: "welcome" }, "second");
  await send("Sam@Example.org", { template: "other" }, "third");
  const subjects = async (query: Parameters<OwnSesLocal["inbox"]>[0]) =>
    (await ses.inbox(query)).map(({ subject }) => subject);
  expect(await subjects({})).toEqual(["third", "second", "first"]);
  expect(await subjects({ to: "SAM@example.org" })).toEqual(["third", "first"]);
  expect(await subjects({ template: "welcome" })).toEqual(["second", "first"]);
  expect(await subjects({ to: "sam@example.org", template: "welcome" })).toEqual(["first"]);
  expect(await subjects({ to: "nobody@example.org" })).toEqual([]);
});

test("should list only messages after a message or a time", async () => {
  await send("sam@example.org", {}, "first");
  const [first] = await ses.inbox();
  await send("sam@example.org", {}, "second");
  const after = await ses.inbox({ after: first?.id ?? "" });
  expect(after.map(({ subject }) => subject)).toEqual(["second"]);
  // The id contains its time, so it works without its message.
  await call(`/inbox/messages/${first?.id}`, "DELETE");
  expect(await ses.inbox({ after: first?.id ?? "" })).toHaveLength(1);
  expect(await ses.inbox({ after: "2000-01-01T00:00:00Z" })).toHaveLength(1);
  expect(await ses.inbox({ after: after[0]?.at ?? "" })).toHaveLength(0);
});

test("should wait for a message that matches, and not answer for another one", async () => {
  const waiting = ses.inbox({ to: "late@example.org", wait: 20 });
  await send("other@example.org");
  await send("late@example.org", {}, "at last");
  expect((await waiting).map(({ subject }) => subject)).toEqual(["at last"]);
});

test("should answer an empty list when the wait is over", async () => {
  expect(await ses.inbox({ to: "nobody@example.org", wait: 0.05 })).toEqual([]);
});

test.each(["wait=soon", "wait=-1", "wait=121", "after=yesterday"])(
  "should answer 400 to ?%s",
  async (query) => {
    const response = await call(`/inbox/messages?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: expect.stringMatching(/must be/) });
  },
);

test("should show, download, mark read and delete one message", async () => {
  await send("sam@example.org", {}, "Résumé / 1");
  const [message] = await ses.inbox();
  const path = `/inbox/messages/${message?.id}`;
  expect(await (await call(path)).json()).toMatchObject({ id: message?.id, read: false });

  const eml = await call(`${path}/source?download`);
  expect(eml.headers.get("content-type")).toBe("message/rfc822");
  expect(decodeURIComponent(eml.headers.get("content-disposition") ?? "")).toContain(
    "Résumé  1.eml",
  );
  expect(await eml.text()).toContain("Hi Sam");

  expect((await call(`${path}/read`, "PUT")).status).toBe(204);
  expect((await ses.inbox())[0]?.read).toBe(true);
  await call(`${path}/read`, "DELETE");
  expect((await ses.inbox())[0]?.read).toBe(false);

  expect((await call(path, "DELETE")).status).toBe(204);
  expect(await ses.inbox()).toEqual([]);
  for (const gone of [path, `${path}/source`, `${path}/html`, `${path}/attachments/0`]) {
    expect((await call(gone)).status).toBe(404);
  }
});

test("should say what is wrong with a message, and open none of its links", async () => {
  const strayed: string[] = [];
  const elsewhere = createServer((req, res) => {
    strayed.push(req.url ?? "");
    res.end();
  }).listen(0, "127.0.0.1");
  await once(elsewhere, "listening");
  const there = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  const html = `<h1>Hi</h1><a href="${there}/link">Open</a><img src="${there}/picture.png">`;
  await client.send(
    email(
      {},
      {
        Subject: { Data: "Hello" },
        Body: { Html: { Data: html }, Text: { Data: `Hi\n\nOpen ${there}/link` } },
        Headers: [{ Name: "List-Unsubscribe", Value: "<mailto:stop@example.com>" }],
      },
    ),
  );
  const [message] = await ses.inbox();
  const response = await call(`/inbox/messages/${message?.id}/checks`);
  const verdicts = ((await response.json()) as { check: string; verdict: string }[]).map(
    ({ check, verdict }) => [check, verdict],
  );
  expect(Object.fromEntries(verdicts)).toEqual({
    Clients: "good",
    Links: "note",
    Pictures: "fault",
    Headings: "good",
    Size: "good",
    Unsubscribe: "fault",
    "Plain text": "good",
    Placeholders: "good",
  });
  elsewhere.close();
  expect(strayed).toEqual([]);
  expect((await call("/inbox/messages/0000000000000/checks")).status).toBe(404);
});

test("should count accepted copies under our id, past pruning and until cleared", async () => {
  const sent = [
    await send("sam@example.org", { "message-id": "m-1" }),
    await send("sam@example.org", { "message-id": "m-1" }),
    await send("sam@example.org", { "message-id": "__proto__" }),
  ];
  const expected = {
    "m-1": { copies: 2, messageIds: [sent[0]?.MessageId, sent[1]?.MessageId] },
    ["__proto__"]: { copies: 1, messageIds: [sent[2]?.MessageId] },
  };
  expect(await ses.tally()).toEqual(expected);

  await Promise.all(Array.from({ length: KEEP }, (_, index) => send(`a${index}@example.org`)));
  expect(await ses.inbox()).toHaveLength(KEEP);
  expect(await ses.inbox({ to: "sam@example.org" })).toEqual([]);
  expect(await ses.tally()).toEqual(expected);

  await call("/inbox/messages", "DELETE");
  expect(await ses.tally()).toEqual({});
});

test("should keep ids in the order of the list under concurrent sends", async () => {
  await Promise.all(Array.from({ length: 40 }, (_, index) => send(`a${index}@example.org`)));
  const ids = (await ses.inbox()).map(({ id }) => id);
  expect(new Set(ids).size).toBe(40);
  expect(ids).toEqual(ids.toSorted().toReversed());
});

test("should stream the list and then every change", async () => {
  await send("sam@example.org", { template: "welcome" }, "before");
  const response = await call("/inbox/events");
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const { next: events, stop } = readEvents(response);
  const list = await events();
  expect(list).toMatchObject({ event: "list", data: [{ subject: "before", read: false }] });

  await send("sam@example.org", {}, "live");
  const added = await events();
  expect(added).toMatchObject({ event: "added", data: { subject: "live" } });
  await call(`/inbox/messages/${added.data.id}/read`, "PUT");
  expect(await events()).toMatchObject({
    event: "changed",
    data: { id: added.data.id, read: true },
  });
  await call(`/inbox/messages/${added.data.id}`, "DELETE");
  expect(await events()).toEqual({ event: "removed", data: [added.data.id] });
  await stop();
});

function readEvents(response: Response) {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  const next = async () => {
    while (!buffered.includes("\n\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error("The stream ended.");
      buffered += value;
    }
    const [block = ""] = buffered.split("\n\n", 1);
    buffered = buffered.slice(block.length + 2);
    const [, event, data = ""] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
    return { event, data: JSON.parse(data) };
  };
  return { next, stop: () => reader.cancel() };
}

/** With the Host header as given, which fetch does not allow. */
function withHost(host: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    request(`${ses.url}/inbox/messages`, { headers: { host } }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    })
      .on("error", reject)
      .end();
  });
}

test("should answer only requests for this machine's names", async () => {
  for (const host of ["localhost", "localhost:3002", "127.0.0.1:1", "[::1]:9", "LOCALHOST"]) {
    expect((await withHost(host)).status).toBe(200);
  }
  for (const host of [
    "evil.example",
    "localhost.evil.example",
    "evil.example:3002",
    "127.0.0.1.evil.example",
    "0.0.0.0",
  ]) {
    expect((await withHost(host)).status).toBe(403);
  }
});

test("should refuse changes by other sites, and let them read nothing", async () => {
  await send("sam@example.org");
  for (const headers of [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://localhost:3000" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ]) {
    for (const [method, path] of [
      ["DELETE", "/inbox/messages"],
      ["PUT", "/control"],
      ["DELETE", "/control"],
      ["POST", "/events"],
    ] as const) {
      expect((await call(path, method, headers)).status, path).toBe(403);
    }
  }
  const read = await call("/inbox/messages", "GET", { origin: "https://evil.example" });
  expect(read.headers.get("access-control-allow-origin")).toBeNull();
  expect(read.headers.get("cross-origin-resource-policy")).toBe("same-origin");
  expect(await ses.inbox()).toHaveLength(1);
  const own = { origin: ses.url, "sec-fetch-site": "same-origin" };
  expect((await call("/inbox/messages", "DELETE", own)).status).toBe(204);
});

test("should serve the page under a policy that allows only its own scripts, and a message under one without scripts", async () => {
  const page = await call("/");
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
  expect(page.headers.get("content-security-policy")).not.toContain("unsafe");
  expect(await page.text()).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|style=/);

  await client.send(email({}, { Body: { Html: { Data: "<script>alert(1)</script><p>Hi</p>" } } }));
  const [message] = await ses.inbox();
  const html = await call(`/inbox/messages/${message?.id}/html?images=off`);
  const policy = html.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("img-src 'none'");
  expect(policy).not.toContain("script-src");
  expect(policy).toMatch(/^sandbox allow-popups allow-popups-to-escape-sandbox;/);
});

test("should answer /healthz", async () => {
  expect((await call("/healthz")).status).toBe(200);
});

test("should answer 404 for unknown messages and routes", async () => {
  for (const path of ["/inbox/nothing", "/inbox/messages/..%2f..%2fpackage", "/../package.json"]) {
    expect((await call(path)).status).toBe(404);
  }
  expect((await call("/inbox/messages/%ff")).status).toBe(400);
});
