import type { AccountList } from "@repo/email/account-list";
import { readEnv } from "./env.ts";

/** Opens SES's own suppression list, and closes it afterwards. */
export async function withAccountList<T>(use: (list: AccountList) => Promise<T>): Promise<T> {
  const { loopbackOnly } = readEnv();
  // Imported here: the SDK would double the time of every other command.
  const { createAccountList } = await import("@repo/email/account-list");
  const list = createAccountList({ loopbackOnly });
  try {
    return await use(list);
  } finally {
    list.close();
  }
}
