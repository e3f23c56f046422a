import { startBuiltApp } from "@repo/measure/built-app";
import { connect } from "@repo/measure/durable-postgres";
import { type Answer, openSite } from "@repo/measure/site";

/** The password of every account. */
export const PASSWORD = "correct horse battery staple";

/** Posts JSON, each time as another client. */
export type Post = (
  path: string,
  fields: Record<string, string>,
  cookie?: string,
) => Promise<Answer>;

/** Asks for a page as a browser does. */
type Get = (path: string, cookie: string) => Promise<Answer>;

/** The built apps/web, with limits too high to matter. */
export async function openWeb(
  databaseUrl: string,
): Promise<{ get: Get; post: Post; stop(): Promise<void> }> {
  const app = await startBuiltApp("web", {
    DATABASE_URL: databaseUrl,
    LIMIT_SCALE: "1000000",
    // Then X-Forwarded-For names the client.
    TRUST_PROXY: "1",
  });
  const { get, post, close } = poster(app.port);
  return {
    get,
    post,
    async stop() {
      close();
      await app.stop();
    },
  };
}

export function poster(port: number): { get: Get; post: Post; close: () => void } {
  const site = openSite(port);
  let clients = 0;
  return {
    get: (path, cookie) => site.ask({ ip: "10.0.0.1", path, cookie }),
    post(path, fields, cookie) {
      const client = ++clients;
      const ip = `10.${(client >> 16) & 255}.${(client >> 8) & 255}.${client & 255}`;
      return site.ask({ ip, path, fields, json: true, ...(cookie !== undefined && { cookie }) });
    },
    close: () => site.close(),
  };
}

/** Accounts with PASSWORD, hashed by the app itself. @returns the hash */
export async function makeAccounts(
  databaseUrl: string,
  post: Post,
  addresses: string[],
): Promise<string> {
  const first = { name: "Sam Sample", email: "first@example.com", password: PASSWORD };
  const { status, body } = await post("/signup", first);
  if (status !== 202) throw new Error(`${status}: ${body}`);
  const client = await connect(databaseUrl);
  const { rows } = await client.query<{ hash: string }>(
    "SELECT password_hash AS hash FROM sign_ups",
  );
  const hash = rows[0]?.hash ?? "";
  await client.query(
    `INSERT INTO users (id, name, email, email_key, password_hash)
     SELECT gen_random_uuid(), 'Sam Sample', address, address, $2 FROM unnest($1::text[]) address`,
    [addresses, hash],
  );
  await client.query("VACUUM ANALYZE");
  await client.end();
  return hash;
}

/** Logs in to accounts of `makeAccounts`. @returns the cookie of each session */
export async function logIn(post: Post, addresses: string[]): Promise<string[]> {
  const cookies = [];
  for (const email of addresses) {
    const { status, headers, body } = await post("/login", { email, password: PASSWORD });
    if (status !== 200) throw new Error(`${status}: ${body}`);
    const set = headers.find(([name, value]) => name === "set-cookie" && /session=/.test(value));
    cookies.push(set?.[1].split(";")[0] ?? "");
  }
  return cookies;
}
