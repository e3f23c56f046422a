import http from "node:http";
import { startBuiltApp } from "../../shared/built-app.ts";
import { now } from "../../shared/clock.ts";

/** Of everybody here. */
export const PASSWORD = "correct horse battery staple";

/** What a client sees of an answer. */
export interface Answer {
  status: number;
  /** Names and values in their order. */
  rawHeaders: string[];
  body: string;
  /** From the request until the last byte. */
  ms: number;
}

/** Posts JSON, each time as another client. */
export type Post = (path: string, body: object) => Promise<Answer>;

/** apps/web as it is built, with limits that nothing here reaches. */
export async function openWeb(databaseUrl: string): Promise<{ post: Post; stop(): Promise<void> }> {
  const app = await startBuiltApp("web", {
    DATABASE_URL: databaseUrl,
    LIMIT_SCALE: "1000000",
    // So that X-Forwarded-For says who the client is.
    TRUST_PROXY: "1",
  });
  const { post, close } = poster(app.port);
  return {
    post,
    async stop() {
      close();
      await app.stop();
    },
  };
}

/** Connections to a server, which are kept. */
export function poster(port: number): { post: Post; close: () => void } {
  const agent = new http.Agent({ keepAlive: true });
  let clients = 0;
  function post(path: string, body: object): Promise<Answer> {
    const payload = JSON.stringify(body);
    const client = ++clients;
    const headers = {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(payload),
      "X-Forwarded-For": `10.${(client >> 16) & 255}.${(client >> 8) & 255}.${client & 255}`,
    };
    return new Promise((resolve, reject) => {
      const start = now();
      const options = { host: "127.0.0.1", port, agent, path, method: "POST", headers };
      const request = http.request(options, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => (text += part));
        response.on("error", reject);
        response.on("end", () => {
          const { statusCode: status = 0, rawHeaders } = response;
          resolve({ status, rawHeaders, body: text, ms: now() - start });
        });
      });
      request.on("error", (error: Error & { code?: string }) => {
        // A kept connection that the server has just closed: HTTP lets the client ask again.
        if (request.reusedSocket && error.code === "ECONNRESET") resolve(post(path, body));
        else reject(error);
      });
      request.end(payload);
    });
  }
  return { post, close: () => agent.destroy() };
}
