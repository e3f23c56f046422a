import type { Repository, Rule } from "../repository.ts";

const PAGE = "docs/errors.md";

/** `docs/errors.md` has a row for exactly the error codes in the code. */
export const errors: Rule = (repository) => {
  const sources = repository.files.filter(
    (file) =>
      /^(?:apps|packages|tools)\/.*\.tsx?$/.test(file) &&
      !/test|checks|tools\/(bench|chaos|measure)/.test(file),
  );
  const thrown = new Map(sources.flatMap((file) => codesIn(repository, file)));
  const described = [...repository.read(PAGE).matchAll(/^\| `([A-Z_0-9]+)`/gm)].map(
    (match) => match[1] ?? "",
  );
  const all = sources.map((file) => repository.read(file)).join("\n");
  return [
    ...[...thrown]
      .filter(([code]) => !described.includes(code))
      .map(
        ([code, file]) =>
          `${PAGE}: ${code} of ${file} is missing; add its meaning and the next step`,
      ),
    ...described
      .filter((code) => !new RegExp(`\\b${code}\\b`).test(all))
      .map((code) => `${PAGE}: nothing has the code ${code}; remove its row`),
  ];
};

/** Finds `new EmailError("CODE", …)`, also with a status before the code. */
function codesIn({ read }: Repository, file: string): [code: string, file: string][] {
  return [...read(file).matchAll(/new [A-Z]\w*Error\(\s*(?:\d{3},\s*)?"([A-Z][A-Z_0-9]+)"/g)].map(
    (match) => [match[1] ?? "", file],
  );
}
