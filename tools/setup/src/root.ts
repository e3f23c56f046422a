import path from "node:path";

/** The folder of this clone. */
export const root = path.resolve(import.meta.dirname, "../../..");
