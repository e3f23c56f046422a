import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An attacker's server. It answers every request with the page of the test. */
export async function startForeignSite() {
  let shown = "";
  const server = createServer((_req, res) => {
    res.setHeader("Content-Type", "text/html; charset=utf-8").end(shown);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    /** Its address by a name of this machine. */
    at: (host: string) => `http://${host}:${port}`,
    show(html: string) {
      shown = `<!doctype html><title>Win a prize</title><body>${html}</body>`;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

type Fields = Record<string, string>;

/** A form that sends itself. */
export function form(action: string, fields: Fields, attributes = ""): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
  );
  return `<form method="post" action="${action}" ${attributes}>${inputs.join("")}</form>
    <script>document.forms[0].submit()</script>`;
}

/** A trick that makes a form send JSON: the body is `name=value`. */
export function jsonForm(action: string, fields: Fields): string {
  const json = JSON.stringify(fields);
  return form(action, { [`${json.slice(0, -1)},"ignored":"`]: '"}' }, 'enctype="text/plain"');
}

/** A frame with the origin "null". */
export function sandboxed(html: string): string {
  return `<iframe sandbox="allow-forms allow-scripts" srcdoc="${escape(html)}"></iframe>`;
}

/** A page that calls fetch, and shows whether it could read the answer. */
export function fetching(url: string, options: RequestInit): string {
  const call = `fetch(${JSON.stringify(url)}, ${JSON.stringify(options)})`;
  return `<script>
    ${call}.then((response) => response.text()).then(() => "read it", () => "could not read it")
      .then((result) => document.body.append(result));
  </script>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}
