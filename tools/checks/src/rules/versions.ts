import { parse } from "yaml";
import type { Rule } from "../repository.ts";

const PRISMA = ["prisma", "@prisma/client", "@prisma/adapter-pg", "@prisma/driver-adapter-utils"];
const WASM_ENGINE = "@prisma/schema-engine-wasm";

/**
 * Every dependency has one exact version, in the catalog of pnpm-workspace.yaml or of infra's. A
 * dependency in both has the same version in both.
 */
export const versions: Rule = ({ files, packages, read }) => {
  const catalogs = files
    .filter((file) => /(^|\/)pnpm-workspace\.yaml$/.test(file))
    .map((file) => ({
      file,
      catalog: (parse(read(file)) as { catalog: Record<string, string> }).catalog,
    }));
  const catalog = catalogs.find(({ file }) => file === "pnpm-workspace.yaml")?.catalog ?? {};
  const node = read(".nvmrc").trim();
  const { nodeVersion } = parse(read("pnpm-workspace.yaml")) as { nodeVersion?: string };

  const direct = packages.flatMap(({ folder, manifest }) =>
    Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.peerDependencies,
      ...(folder === "." ? {} : manifest.optionalDependencies),
    }).flatMap(([name, version]) => {
      const wanted = name.startsWith("@repo/") ? "workspace:*" : "catalog:";
      return version === wanted
        ? []
        : [
            `${folder}/package.json: ${name} must be "${wanted}"; its version belongs in the catalog of pnpm-workspace.yaml`,
          ];
    }),
  );

  const entries = catalogs.flatMap((one) =>
    Object.entries(one.catalog).map(([name, version]) => ({ file: one.file, name, version })),
  );
  const loose = entries
    .filter(({ version }) => !/^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(version))
    .map(({ file, name, version }) => `${file}: ${name} is ${version}; write one exact version`);
  const apart = entries
    .filter(({ name, version }) => (catalog[name] ?? version) !== version)
    .map(
      ({ file, name, version }) =>
        `${file}: ${name} is ${version}, and ${catalog[name]} in pnpm-workspace.yaml; give both one version`,
    );

  const nodes = Object.entries(packages[0]?.manifest.optionalDependencies ?? {})
    .filter(([, version]) => version !== node)
    .map(
      ([name, version]) =>
        `package.json: ${name} is ${version} and .nvmrc ${node}; give them the same version`,
    );
  if (nodeVersion !== node) {
    nodes.push(
      `pnpm-workspace.yaml: nodeVersion is ${nodeVersion} and .nvmrc ${node}; give them the same version`,
    );
  }

  const released = new Set(PRISMA.map((name) => catalog[name]));
  const mixed =
    released.size === 1
      ? []
      : [`pnpm-workspace.yaml: ${PRISMA.join(", ")} work only together; give them one version`];

  // The version of the WebAssembly engine contains the commit of Prisma's engine.
  const engine = /@prisma\/engines-version@([\w.-]+)/.exec(read("pnpm-lock.yaml"))?.[1];
  const unlike =
    catalog[WASM_ENGINE] === engine
      ? []
      : [`pnpm-workspace.yaml: ${WASM_ENGINE} must be ${engine}, the engine of this Prisma`];

  const docker = files.includes("Dockerfile") ? read("Dockerfile") : "";
  const packageManager = packages[0]?.manifest.packageManager ?? "";
  const wanted = { node, pnpm: packageManager.replace("pnpm@", ""), turbo: catalog["turbo"] };
  const images = [...docker.matchAll(/(?<=\s)(node|pnpm|turbo)[:@](\d+\.\d+\.\d+)/g)].flatMap(
    ([, name = "", version]) =>
      version === wanted[name as keyof typeof wanted]
        ? []
        : [
            `Dockerfile: ${name} is ${version}; give it the version ${wanted[name as keyof typeof wanted]}`,
          ],
  );

  return [...direct, ...loose, ...apart, ...nodes, ...mixed, ...unlike, ...images];
};
