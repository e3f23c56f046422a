import { compareVersions } from "./versions.ts";

/**
 * The sections of docs/upgrading.md about the versions after one, up to another, oldest first.
 *
 * @param page has a heading `## 1.2.0` for each version
 */
export function notesBetween(page: string, after: string, upTo: string): string {
  return page
    .split(/^(?=## )/m)
    .flatMap((section) => {
      const version = /^## (\d+\.\d+\.\d+\S*)/.exec(section)?.[1];
      const isBetween =
        version !== undefined &&
        compareVersions(version, after) > 0 &&
        compareVersions(version, upTo) <= 0;
      return isBetween ? [{ version, section: section.trim() }] : [];
    })
    .toSorted((a, b) => compareVersions(a.version, b.version))
    .map(({ section }) => section)
    .join("\n\n");
}
