import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import supertest from "supertest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { publicFiles } from "./public-files.ts";

// The test makes its own folder, so that apps/web/public may contain any files.
const outside = mkdtempSync(join(tmpdir(), "public-files-"));
const folder = join(outside, "public");
const app = express()
  .use(publicFiles(folder))
  .use((_req, res) => res.status(404).send("no file"));

beforeAll(() => {
  mkdirSync(join(folder, "fonts"), { recursive: true });
  mkdirSync(join(folder, ".well-known"));
  writeFileSync(join(outside, "secret.txt"), "secret");
  writeFileSync(join(folder, "logo.png"), "picture");
  writeFileSync(join(folder, "fonts", "a.woff2"), "font");
  writeFileSync(join(folder, "fonts", "index.html"), "page");
  writeFileSync(join(folder, ".env"), "secret");
  writeFileSync(join(folder, ".well-known", "a.txt"), "secret");
});
afterAll(() => rmSync(outside, { recursive: true }));

it("serves a file with its type, cacheable for an hour, also to pages of other sites", async () => {
  for (const [path, type] of [
    ["/logo.png", "image/png"],
    ["/fonts/a.woff2", "font/woff2"],
  ] as const) {
    const { headers } = await supertest(app).get(path).expect(200).expect("Content-Type", type);
    expect(headers["cache-control"]).toBe("public, max-age=3600");
    expect(headers["cross-origin-resource-policy"]).toBe("cross-origin");
  }
  const { headers } = await supertest(app).get("/logo.png");
  await supertest(app).get("/logo.png").set("If-None-Match", headers.etag!).expect(304);
});

it("leaves folders, dotfiles and missing files to the routes", async () => {
  for (const path of ["/", "/fonts", "/fonts/", "/.env", "/.well-known/a.txt", "/none.png"]) {
    await supertest(app).get(path).expect(404, "no file");
  }
  await supertest(app).post("/logo.png").expect(404, "no file");
});

it("serves nothing from outside its folder", async () => {
  const server = app.listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  for (const path of [
    "/../secret.txt",
    "/fonts/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/..%5csecret.txt",
    "/..\\secret.txt",
    "//../secret.txt",
    "/logo.png%00.txt",
    "/%E0%A4%A",
  ]) {
    // Send the path unchanged: a URL parser would remove the dots.
    const [response] = (await once(request({ port, path }).end(), "response")) as [IncomingMessage];
    expect([path, response.statusCode]).toEqual([path, 404]);
    response.resume();
  }
  server.close();
});
