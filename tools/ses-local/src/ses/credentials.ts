import type { Request } from "express";

/**
 * The region of a request's credentials. The signature is not verified, so any credentials work.
 *
 * @returns undefined if there are none, which AWS refuses
 */
export function regionOf(req: Request): string | undefined {
  const scope = /^AWS4-[A-Z0-9-]+ Credential=[^/,]+\/\d{8}\/(?<region>[a-z0-9-]+)\//.exec(
    req.get("authorization") ?? "",
  );
  return scope?.groups?.["region"];
}
