/** `skipped`: it could not be checked here, and `found` says why. */
export type Status = "ok" | "warning" | "failed" | "skipped";

/** What a check has found. */
export interface Finding {
  /** The link of the chain, such as "sandbox". */
  check: string;
  status: Status;
  /** One sentence for people. It never contains a secret. */
  found: string;
  /** The next step, as a command where there is one. */
  next?: string;
}

export const ok = (check: string, found: string): Finding => ({ check, status: "ok", found });

export const skipped = (check: string, found: string): Finding => ({
  check,
  status: "skipped",
  found,
});

export const warning = (check: string, found: string, next: string): Finding => ({
  check,
  status: "warning",
  found,
  next,
});

export const failed = (check: string, found: string, next: string): Finding => ({
  check,
  status: "failed",
  found,
  next,
});

// In ms. Each call has a shorter limit of its own.
const LIMIT = 30_000;

/** Runs a check. If it throws or hangs, that is a finding too. */
export async function guarded(check: string, run: () => Promise<Finding[]>): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Finding[]>((resolve) => {
    const found = `was not finished after ${LIMIT / 1000} s`;
    timer = setTimeout(() => resolve([failed(check, found, "pnpm email:doctor")]), LIMIT);
  });
  try {
    return await Promise.race([run(), tooLate]);
  } catch (error) {
    const { name, code = name, message } = error as Error & { code?: string };
    return [failed(check, `could not be checked (${code}): ${message}`, "pnpm email:doctor")];
  } finally {
    clearTimeout(timer);
  }
}
