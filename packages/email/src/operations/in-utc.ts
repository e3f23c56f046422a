/** A time in a sentence: `2030-01-31 12:00 UTC`. */
export const inUtc = (at: Date) => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
