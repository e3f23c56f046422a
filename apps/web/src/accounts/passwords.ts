import { hash, verify } from "@node-rs/argon2";

/** In characters. The upper one bounds what a stranger can make us hash. */
export const PASSWORD_LENGTH = { min: 8, max: 128 };

// OWASP's first choice for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one
// lane. argon2id is the library's default algorithm.
const COST = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

// Random bytes hashed at COST: what a log-in is compared with when there is no such user.
const NOBODY =
  "$argon2id$v=19$m=19456,t=2,p=1$5G11EsZNnKZudFuznILBfw$6RqfHdJA/N3Jr5vfrVGwTj3aZ9DJsxllFeyY8tTJGPM";

/** @returns an encoded argon2id hash, salt and cost included; takes about 20 ms off the main thread */
export function hashPassword(password: string): Promise<string> {
  return hash(normalize(password), COST);
}

/**
 * Tells whether the password is the one that was hashed.
 *
 * @param hashed undefined for an unknown user: false, after the same work
 */
export async function verifyPassword(
  hashed: string | undefined,
  password: string,
): Promise<boolean> {
  const same = await verify(hashed ?? NOBODY, normalize(password));
  return same && hashed !== undefined;
}

// NIST SP 800-63B: two keyboards may send the same character as different code points.
function normalize(password: string): string {
  return password.normalize("NFKC");
}
