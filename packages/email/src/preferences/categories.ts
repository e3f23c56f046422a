import { Prisma } from "@repo/db";

/**
 * The categories of email, by name. Only a category that people can turn off has `byDefault`:
 * whether people who have not chosen get its email. The product's are in
 * `@repo/templates/registry`.
 */
export type Categories = Record<string, { byDefault?: "on" | "off" }>;

/** Whether people can turn a category off. False for an unknown name, such as `toString`. */
export function canBeTurnedOff(categories: Categories, category: string): boolean {
  return Object.hasOwn(categories, category) && categories[category]?.byDefault !== undefined;
}

/**
 * Whether the recipient of row `m` has turned its category off. False if people cannot turn the
 * category off, even if a row from an earlier time says otherwise.
 */
export function isTurnedOff(categories: Categories): Prisma.Sql {
  const names = (...byDefault: unknown[]) =>
    Object.keys(categories).filter((name) => byDefault.includes(categories[name]?.byDefault));
  const optional = names("on", "off");
  if (optional.length === 0) return Prisma.sql`false`;
  return Prisma.sql`CASE WHEN m.category = ANY(${optional}::text[]) THEN NOT COALESCE(
      (SELECT p.wanted FROM email_preferences p WHERE p.address_key = m.to_key AND p.category = m.category),
      m.category = ANY(${names("on")}::text[])
    ) ELSE false END`;
}
