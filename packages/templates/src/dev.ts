// The preview server is React Email's own. It runs in this process, so that it ends with it, on
// Windows too. Without the two flags that package.json passes to node, React Email would start a
// second process.
import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { BlockList, createServer, isIPv6 } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { makers } from "@repo/email-lint/clients";
import { previewPort } from "./env.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");
const START_PAGE = "/preview/every-part";
const OWN_NAME = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/**
 * Without it the refused spam check shows "{}" on each page, and its tab is empty without a reason.
 * The page shows the `error` of an answer.
 */
const SAY_WHY = `<script>{
const error = "No spam check here: it would post this email to react.email. The inbox has a tab Checks.";
const ask = window.fetch;
window.fetch = (to, ...rest) =>
  String(to.url ?? to).startsWith("https://react.email/")
    ? Promise.resolve(Response.json({ error }, { status: 501 }))
    : ask(to, ...rest);
}</script>`;

/** Adds to the beginning of a page's head, as the page is written. */
function addToHead(response: ServerResponse, added: string): void {
  const write = response.write.bind(response) as (...args: unknown[]) => boolean;
  let isDone = false;
  response.write = (chunk: unknown, ...rest: unknown[]) => {
    const text = isDone ? "" : Buffer.from(chunk as Uint8Array).toString("latin1");
    if (!text.includes("<head>")) return write(chunk, ...rest);
    isDone = true;
    // One byte a character, so that no character is cut.
    const changed = text.replace("<head>", `<head>${added}`);
    return write(Buffer.from(changed, "latin1"), ...rest);
  };
}

/** Throws if the port is taken. React Email would silently take the next one, at another address. */
async function assertFree(port: number): Promise<void> {
  // Both hosts, because on macOS and Windows each may belong to another program.
  for (const host of ["::", "127.0.0.1"]) {
    const server = createServer().listen(port, host);
    try {
      await once(server, "listening");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // This machine has no IPv6.
      if (code === "EAFNOSUPPORT" || code === "EADDRNOTAVAIL") continue;
      const why = code === "EADDRINUSE" ? "is taken" : `cannot be used (${code})`;
      throw new Error(`Port ${port} of the email preview ${why}. Set PREVIEW_PORT to a free one.`, {
        cause: error,
      });
    }
    server.close();
    await once(server, "close");
  }
}

try {
  const port = previewPort();
  await assertFree(port);

  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    // Each page posts its email to react.email for a spam check when it opens, and again by its
    // Send button. With this header the browser refuses both.
    response.setHeader("Content-Security-Policy", "connect-src 'self'");
    // React Email's start page lists nothing.
    if (request.url === "/") response.setHeader("Refresh", `0; url=${START_PAGE}`);
    if (request.headers.accept?.includes("text/html")) {
      // Nothing can be added to a compressed page.
      delete request.headers["accept-encoding"];
      addToHead(response, SAY_WHY);
    }
    // React Email listens on every interface and answers to every name, and has no option for it. A
    // page on the internet could point its own name at 127.0.0.1 (DNS rebinding, CWE-350) and read
    // the preview.
    const from = request.socket.remoteAddress ?? "";
    const isHere = LOOPBACK.check(from, isIPv6(from) ? "ipv6" : "ipv4");
    if (isHere && OWN_NAME.test(request.headers.host ?? "")) return;
    request.socket.destroy();
    // Makes a request harmless that has already arrived.
    request.method = "GET";
    request.url = "/";
  });
  // React Email tidies up on SIGINT and on exit.
  process.on("SIGTERM", () => process.exit(0));

  const packageFolder = join(import.meta.dirname, "..");
  process.chdir(packageFolder);
  const options = { dir: join("src", "emails"), port, clients: makers.join(",") };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  process.argv.splice(2, Infinity, "dev", ...flags);
  const library = fileURLToPath(import.meta.resolve("react-email"));
  await import(pathToFileURL(join(library, "..", "cli", "index.mjs")).href);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
