import { once } from "node:events";
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** APP_URL of the apps, which is the Origin of the forms. */
export const APP_URL = "http://localhost:3000";

/** A request through a proxy. */
export interface Ask {
  /** The client's address. */
  ip: string;
  path: string;
  /** The fields to post. Without fields it is a GET. */
  fields?: Record<string, string>;
  /** Posts JSON instead of a form. */
  json?: boolean;
  cookie?: string;
}

export interface Answer {
  /** 0 if no answer came. */
  status: number;
  /** In the order of arrival, with names in lower case. */
  headers: [name: string, value: string][];
  body: string;
  /** Time until the last byte. */
  ms: number;
}

/** apps/web, over kept-alive connections. */
export interface Site {
  ask(ask: Ask): Promise<Answer>;
  /** Posts, and closes the connection before the answer. */
  leave(ask: Ask): Promise<void>;
  /** The reasons of broken answers, with their numbers. */
  readonly reasons: Map<string, number>;
  readonly counts: {
    requests: number;
    /** 5xx other than 503, and no answer at all. */
    broken: number;
    /** 503 without Retry-After. */
    unsaid: number;
  };
  close(): void;
}

// In ms. A later answer counts as none.
const PATIENCE = 300_000;
// In ms. By then the app has got the post, which waits for its turn.
const LINGER = 300;

export function openSite(port: number): Site {
  const agent = new http.Agent({ keepAlive: true });
  const counts = { requests: 0, broken: 0, unsaid: 0 };
  const reasons = new Map<string, number>();

  function begin({ ip, path, fields, json = false, cookie }: Ask, kept: boolean) {
    const body = fields && (json ? JSON.stringify(fields) : String(new URLSearchParams(fields)));
    const request = http.request({
      host: "127.0.0.1",
      port,
      path,
      method: body === undefined ? "GET" : "POST",
      agent: kept ? agent : false,
      timeout: PATIENCE,
      headers: {
        "X-Forwarded-For": ip,
        ...(cookie && { Cookie: cookie }),
        ...(body !== undefined && {
          Origin: APP_URL,
          "Content-Type": json ? "application/json" : "application/x-www-form-urlencoded",
          "Content-Length": Buffer.byteLength(body),
        }),
      },
    });
    request.once("timeout", () => request.destroy(new Error(`no answer in ${PATIENCE} ms`)));
    request.end(body);
    return request;
  }

  async function send(ask: Ask): Promise<Omit<Answer, "ms">> {
    const request = begin(ask, true);
    try {
      const [response] = (await once(request, "response")) as [http.IncomingMessage];
      let body = "";
      response.setEncoding("utf8");
      for await (const part of response) body += String(part);
      return { status: response.statusCode ?? 0, headers: pairs(response.rawHeaders), body };
    } catch (error) {
      // The server has just closed the kept-alive connection. HTTP allows to send again.
      if (request.reusedSocket && (error as { code?: string }).code === "ECONNRESET")
        return send(ask);
      return { status: 0, headers: [], body: String(error) };
    }
  }

  return {
    counts,
    reasons,
    async ask(ask) {
      const start = performance.now();
      const came = await send(ask);
      const answer = { ...came, ms: performance.now() - start };
      const { status } = answer;
      counts.requests++;
      if (status === 0 || (status >= 500 && status !== 503)) {
        counts.broken++;
        const reason = status === 0 ? answer.body : `${ask.path}: ${status}`;
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
      // /readyz is for machines, which ask again by themselves.
      if (status === 503 && ask.path !== "/readyz" && retryAfter(answer) === undefined)
        counts.unsaid++;
      return answer;
    },
    async leave(ask) {
      counts.requests++;
      const request = begin(ask, false);
      request.on("error", () => {});
      await once(request, "finish").catch(() => undefined);
      await sleep(LINGER);
      request.destroy();
    },
    close: () => agent.destroy(),
  };
}

function pairs(raw: string[]): [string, string][] {
  const names = raw.filter((_, i) => i % 2 === 0);
  return names.map((name, i) => [name.toLowerCase(), raw[2 * i + 1] ?? ""]);
}

/** The seconds to wait by Retry-After; undefined without it. */
export function retryAfter({ headers }: Pick<Answer, "headers">): number | undefined {
  const value = headers.find(([name]) => name === "retry-after")?.[1];
  return value !== undefined && /^[1-9]\d*$/.test(value) ? Number(value) : undefined;
}
