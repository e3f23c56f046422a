// Helpers of the tests of /ops: an operator, a person, and messages in every state.
import { randomUUID } from "node:crypto";
import type { Prisma } from "@repo/db";
import { type TestApp, startTestApp } from "../test-app.ts";

export type TestOps = Awaited<ReturnType<typeof startTestOps>>;

export async function startTestOps() {
  const app = await startTestApp();
  const cookies = {
    nobody: "",
    person: await app.signUpAndVerify("person@example.com"),
    operator: await app.signUpAndVerify("operator@example.com"),
  };
  const { id, name } = await app.db.user.update({
    where: { emailKey: "operator@example.com" },
    data: { role: "operator" },
  });
  return {
    ...app,
    cookies,
    /** How the log of actions names the operator. */
    operatorName: `${name} (${id})`,
    get: (path: string) => app.get(path).set("Cookie", cookies.operator),
    post: (path: string, fields: Record<string, string> = {}) =>
      app.postForm(path, fields).set("Cookie", cookies.operator),
    /** What a page says, without its markup. */
    async read(path: string, status = 200): Promise<string> {
      const { text } = await this.get(path).expect(status);
      return wordsOf(text);
    },
    letPasswordsAge: () => app.db.$executeRaw`
      UPDATE sessions SET password_checked_at = now() - interval '16 minutes'`,
    addMessage: (data: Partial<Prisma.MessageUncheckedCreateInput> = {}) => addMessage(app, data),
  };
}

/** What a page tells its form: the hidden field of that name, if there is one. */
export function hiddenIn(html: string, name: string): Record<string, string> {
  const value = new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1];
  return value === undefined ? {} : { [name]: value };
}

/** By default it failed, and its contents are kept. @returns its id */
async function addMessage(
  { db }: TestApp,
  data: Partial<Prisma.MessageUncheckedCreateInput>,
): Promise<string> {
  const to = data.to ?? "name@example.com";
  const { id } = await db.message.create({
    data: {
      id: versionSeven(),
      template: "welcome",
      category: "account",
      to,
      toKey: to,
      onUnknown: "hold",
      payload: Buffer.from("sealed"),
      state: "closed",
      closedReason: "failed",
      closedAt: new Date(),
      ...data,
    },
  });
  return id;
}

/** An id that increases with time, because the log is in the order of its ids. */
function versionSeven(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

function wordsOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&#x27;", "'")
    .replaceAll(/\s+/g, " ");
}
