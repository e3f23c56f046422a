// The preview server: React Email's own, in this process rather than a child of it, so that
// whatever ends this process ends the server, on Windows too. It starts a second process
// unless it finds the two flags that `pnpm dev` in package.json passes to node.
import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { BlockList, createServer, isIPv6 } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { previewPort } from "./env.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");
const OWN_NAME = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** React Email would take the next port in silence, and the addresses shown would be wrong. */
async function assertFree(port: number): Promise<void> {
  // Both, since macOS and Windows let two programs have the two.
  for (const host of ["::", "127.0.0.1"]) {
    const server = createServer().listen(port, host);
    try {
      await once(server, "listening");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A machine without IPv6.
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
    // Each page would post its email to react.email for a spam check as soon as it opens, and its
    // Send button another copy. With only this server in reach, the browser refuses both.
    response.setHeader("Content-Security-Policy", "connect-src 'self'");
    // React Email listens on every interface, and has no option for that. And it answers to every
    // name: a page on the internet can point its own at 127.0.0.1 (DNS rebinding, CWE-350), and would read
    // what the preview fetches.
    const from = request.socket.remoteAddress ?? "";
    const isHere = LOOPBACK.check(from, isIPv6(from) ? "ipv6" : "ipv4");
    if (isHere && OWN_NAME.test(request.headers.host ?? "")) return;
    request.socket.destroy();
    // What has arrived already is not acted on.
    request.method = "GET";
    request.url = "/";
  });
  // React Email tidies up on SIGINT and on exit.
  process.on("SIGTERM", () => process.exit(0));

  const packageFolder = join(import.meta.dirname, "..");
  process.chdir(packageFolder);
  process.argv.splice(2, Infinity, "dev", "--dir", join("src", "emails"), "--port", String(port));
  const library = fileURLToPath(import.meta.resolve("react-email"));
  await import(pathToFileURL(join(library, "..", "cli", "index.mjs")).href);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
