import type { Rule } from "../repository.ts";

// Imports run one way. `turbo boundaries` refuses an import that package.json does not
// declare; this table says what package.json may declare. (Turbo's own tag rules look at
// indirect dependencies too: with them, web could not use email without being allowed db.)
const ARROWS: Record<string, string[]> = {
  "@repo/web": [
    "@repo/accounts",
    "@repo/email",
    "@repo/templates",
    "@repo/db",
    "@repo/brand",
    "@repo/errors",
  ],
  "@repo/worker": ["@repo/accounts", "@repo/email", "@repo/templates", "@repo/db", "@repo/errors"],
  "@repo/cli": ["@repo/email", "@repo/db", "@repo/templates", "@repo/errors"],
  "@repo/accounts": ["@repo/email", "@repo/templates", "@repo/db", "@repo/brand", "@repo/errors"],
  "@repo/email": ["@repo/db", "@repo/errors"],
  "@repo/templates": ["@repo/brand", "@repo/errors"],
  "@repo/db": ["@repo/errors"],
  "@repo/errors": [],
  "@repo/brand": [],
  "@repo/testing": [],
  "@repo/infra": [],
  "@repo/dev": ["@repo/db", "@repo/errors"],
  "@repo/ses-local": [],
  "@repo/setup": [],
  "@repo/checks": [],
  "@repo/bench": ["@repo/email", "@repo/db", "@repo/templates", "@repo/ses-local"],
  "@repo/e2e": ["@repo/email", "@repo/db", "@repo/templates"],
};

const TESTS = ["@repo/testing", "@repo/ses-local"];

/** A package of the workspace depends on those alone that the architecture allows it. */
export const arrows: Rule = ({ packages }) =>
  packages
    .filter(({ folder }) => folder !== ".")
    .flatMap(({ folder, manifest }) => {
      const allowed = ARROWS[manifest.name];
      if (!allowed) {
        return [
          `${folder}/package.json: ${manifest.name} is new; say in tools/checks/src/rules/arrows.ts what it may import`,
        ];
      }
      const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest;
      const shipped = { ...dependencies, ...optionalDependencies, ...peerDependencies };
      return [
        ...Object.keys(shipped),
        // Tests of any package may use these; nothing ships them.
        ...Object.keys(devDependencies ?? {}).filter((name) => !TESTS.includes(name)),
      ]
        .filter((name) => name.startsWith("@repo/") && !allowed.includes(name))
        .map(
          (name) =>
            `${folder}/package.json: ${manifest.name} may not depend on ${name}, only on ` +
            `${allowed.join(", ") || "nothing of the workspace"}; move what both need into one of those ` +
            "(ARCHITECTURE.md draws the arrows)",
        );
    });
