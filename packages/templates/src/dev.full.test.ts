import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, it } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { type TemplateName, templates } from "./registry.ts";
import { render, views } from "./render.ts";

let stop = async () => {};
afterEach(() => stop());

/** Runs what `pnpm dev` runs. */
function preview(port: string) {
  const [, ...args] = packageJson.scripts.dev.split(" ");
  const child = spawn(process.execPath, args, {
    cwd: `${import.meta.dirname}/..`,
    env: { ...process.env, PREVIEW_PORT: port },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit") as Promise<[number | null, string | null]>;
  stop = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  return { child, exited };
}

async function listen() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: String((server.address() as AddressInfo).port) };
}

it("should list every email, show every part, talk to nobody else, and end when asked", async () => {
  const { server, port } = await listen();
  server.close();
  await once(server, "close");
  const { child, exited } = preview(port);
  // Its output is left open, because the server would end if nobody read it.
  const output = child.stdout.iterator({ destroyOnReturn: false });
  for await (const chunk of output) if (String(chunk).includes("Ready")) break;
  child.stdout.resume();

  const names = Object.keys(templates) as [TemplateName, ...TemplateName[]];
  const page = await fetch(`http://localhost:${port}/preview/${names[0]}/template`);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-security-policy")).toBe("connect-src 'self'");
  const html = await page.text();
  for (const name of names) expect(html).toContain(name);
  const { text: email } = render(names[0], views[names[0]].cases.usual);
  for (const word of email.match(/[a-z]{5,}/gi) ?? []) expect(html).toContain(word);

  // Why there is no spam check, for people; and for which clients it warns.
  const document = await fetch(page.url, { headers: { Accept: "text/html" } });
  expect(await document.text()).toMatch(/<head><script>\{\s*const error = "No spam check here/);
  expect(html).toContain("samsung-email");
  expect(html).not.toContain("thunderbird");
  const start = await fetch(`http://localhost:${port}/`);
  expect(start.headers.get("refresh")).toBe("0; url=/preview/every-part");

  const parts = await fetch(`http://localhost:${port}/preview/every-part`);
  expect(await parts.text()).toContain("A table with totals");

  // A page on the internet may point its own name at this machine.
  const statusFor = (host: string, method = "GET") =>
    new Promise<number | string>((resolve) => {
      const headers = { Host: host };
      request({ port, host: "127.0.0.1", method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""))
        .end();
    });
  for (const host of [`127.0.0.1:${port}`, `LOCALHOST:${port}`, "localhost"]) {
    expect(await statusFor(host)).toBe(200);
  }
  for (const host of [`example.com:${port}`, "localhost.example.com", `127.0.0.1.example.com`]) {
    expect(await statusFor(host)).toBe("ECONNRESET");
    expect(await statusFor(host, "POST")).toBe("ECONNRESET");
  }

  child.kill("SIGTERM");
  // Windows has no SIGTERM: the process ends without a code.
  expect([
    [0, null],
    [null, "SIGTERM"],
  ]).toContainEqual(await exited);
});

it.each(["taken", "not a port"])("should say in one line that its port is %s", async (problem) => {
  const { server, port } = await listen();
  const value = problem === "taken" ? port : problem;
  const { child, exited } = preview(value);
  const [output, [code]] = await Promise.all([text(child.stderr), exited]);
  server.close();
  expect(code).toBe(1);
  expect(output).toMatch(/^.*PREVIEW_PORT.*\n$/);
  expect(output).toContain(value);
});
