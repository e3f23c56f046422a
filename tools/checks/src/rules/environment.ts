import type { Rule } from "../repository.ts";

// The AWS SDK reads these itself, so they are in no env.ts.
const AWS_SDK = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_ENDPOINT_URL_SESV2",
  "AWS_ENDPOINT_URL_SQS",
  "AWS_REGION",
];

// Not settings of the app: the platform, the terminal, `pnpm dev` and `.ci/postgres` set them.
const GIVEN = [
  "AWS_PROFILE",
  "CHECKPOINT_DISABLE",
  "CI",
  "DO_NOT_TRACK",
  "FORCE_COLOR",
  "HOME",
  "NEXT_TELEMETRY_DISABLED",
  "NODE_ENV",
  "NODE_OPTIONS",
  "NO_COLOR",
  "PATH",
  "PRISMA_SCHEMA_ENGINE_BINARY",
  "TEST_DATABASE_URL",
  "TMPDIR",
  "TURBO_NO_UPDATE_NOTIFIER",
  "TURBO_TELEMETRY_DISABLED",
];

/** `.env.example` and turbo.json name exactly the settings that the apps and tools read. */
export const environment: Rule = ({ files, read }) => {
  const documented = new Set(
    [...read(".env.example").matchAll(/^(?:# ?)?([A-Z][A-Z0-9_]*)=/gm)].map(
      (match) => match[1] ?? "",
    ),
  );
  const sources = files.filter((file) => /^(apps|packages|tools)\/[^/]+\/src\/env\.ts$/.test(file));
  const readBy = new Map(
    sources.flatMap((file) => namesIn(read(file)).map((name) => [name, file])),
  );

  const undocumented = [...readBy]
    .filter(([name]) => !documented.has(name) && !AWS_SDK.includes(name) && !GIVEN.includes(name))
    .map(
      ([name, file]) =>
        `.env.example: ${name} is missing, and ${file} reads it; add it with a line that explains it`,
    );
  const unread = [...documented]
    .filter((name) => !readBy.has(name) && !AWS_SDK.includes(name))
    .map((name) => `.env.example: ${name} is not read by any env.ts; remove it, or read it there`);
  const inTurbo = files
    .filter((file) => /(^|\/)turbo\.json$/.test(file))
    .flatMap((file) =>
      [...read(file).matchAll(/"\w*[eE]nv": \[([^\]]*)\]/g)].flatMap((list) =>
        (list[1]?.match(/[A-Z][A-Z0-9_]+/g) ?? [])
          .filter((name) => !readBy.has(name))
          .map((name) => `${file}: ${name} is not read by any env.ts; remove it, or read it there`),
      ),
    );

  return [...undocumented, ...unread, ...inTurbo];
};

/** The upper-case names that an env.ts reads, in any of its forms. */
function namesIn(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const name = "([A-Z][A-Z0-9_]+)";
  const destructured = [...code.matchAll(/\{([^{}]*)\} = (?:process\.)?env\b/g)].flatMap((match) =>
    (match[1] ?? "").match(/\b[A-Z][A-Z0-9_]+\b/g),
  );
  const others = [
    `(?:^|[{,\\s])${name}\\??:`, // z.object({ PORT: … })
    `\\.${name}\\b`, // env.PORT
    `(?<!Error\\(\\s*)"${name}"`, // port(env, "PORT"); not the code of an error
  ].flatMap((pattern) => [...code.matchAll(new RegExp(pattern, "gm"))].map((match) => match[1]));
  return [...destructured, ...others].filter((found) => typeof found === "string");
}
