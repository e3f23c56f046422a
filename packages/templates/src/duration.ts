/** "30 minutes", "an hour", "24 hours": to follow "for" or "within". */
export function duration(minutes: number): string {
  if (minutes === 1) return "a minute";
  if (minutes === 60) return "an hour";
  return minutes % 60 === 0 ? `${minutes / 60} hours` : `${minutes} minutes`;
}
