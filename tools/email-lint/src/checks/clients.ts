import { harmless, unsupported } from "../clients.ts";
import type { Check } from "../lint.ts";

export const clients: Check = ({ html }) => {
  let features: Record<string, string[]>;
  try {
    features = unsupported(html);
  } catch (error) {
    // The library throws at CSS that it cannot parse, and at elements nested thousands deep.
    const details = [error instanceof Error ? error.message : String(error)];
    return { verdict: "note", says: "Its HTML or CSS could not be read for this check.", details };
  }
  const found = Object.entries(features).map(([feature, where]) => ({
    feature,
    line: `${feature}: not in ${where.join(", ")}. ${harmless[feature] ?? ""}`.trim(),
  }));
  const faults = found.filter(({ feature }) => !harmless[feature]);
  const [list, verdict] = faults.length > 0 ? [faults, "fault" as const] : [found, "note" as const];
  if (list.length === 0) return { verdict: "good", says: "All clients support it.", details: [] };
  const says =
    verdict === "fault"
      ? "Some clients do not support what it needs."
      : "All clients show it; some of them plainer.";
  return { verdict, says, details: list.map(({ line }) => line) };
};
