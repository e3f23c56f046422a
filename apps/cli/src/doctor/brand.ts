import type { Brand } from "@repo/brand";
import { type Finding, ok, warning } from "./finding.ts";

// What only the examples of brand.json have (RFC 2606).
const EXAMPLE = /\bexample\.(?:com|net|org)\b|Exampleville/;
const SHOWN = ["website", "supportEmail", "postalAddress"] as const;

/** Whether emails show the examples of brand.json. It is part of the bundles. */
export function checkBrand(brand: Brand): Finding {
  const examples = SHOWN.filter((name) => EXAMPLE.test(brand[name]));
  if (examples.length === 0) return ok("brand", `${brand.name}, ${brand.website}`);
  return warning(
    "brand",
    `every email shows the example's ${examples.join(", ")}`,
    "Correct packages/brand/brand.json, then build and deploy",
  );
}
