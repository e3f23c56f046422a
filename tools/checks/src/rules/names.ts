import { namesLeft } from "@repo/setup/names-left";
import type { Rule } from "../repository.ts";

/** `pnpm app:init` leaves no trace of the starter's name. */
export const names: Rule = ({ root }) =>
  namesLeft(root).map(
    (place) =>
      `${place}: here the starter's name would stay in a product; leave it out, or add the text to tools/setup/src/init/names.yaml`,
  );
