import { execFile } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

const DB = path.join(import.meta.dirname, "db.ts");
// No server answers there.
const DATABASE_URL = "postgresql://nobody@127.0.0.1:1/app";

/** @returns what the command prints as its error */
const run = (args: string[], env: Record<string, string>) =>
  new Promise<string>((resolve) => {
    const options = { env: { ...process.env, APP_ENV: "production", ...env } };
    execFile(process.execPath, [DB, ...args], options, (_error, _stdout, stderr) =>
      resolve(stderr),
    );
  });

it.each([
  ["migrate", "reset", "--force"],
  ["migrate", "dev", "--name", "x"],
  ["db", "push"],
])("refuses to run %s %s on the database of another system", async (...args) => {
  const said = await run(args, { DATABASE_URL });
  expect(said).toMatch(/^APP_ENV is production, and this command is for development\./m);
});

it("deploys to no database of this machine, if that of another system is not named", async () => {
  const said = await run(["migrate", "deploy"], { DATABASE_URL: "" });
  expect(said).toMatch(/^APP_ENV is production\. Set DATABASE_URL too\./m);
});
