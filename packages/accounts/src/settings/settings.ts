import type { Locale } from "@repo/locales";
import type { Caller, Context } from "../context.ts";
import type { Profile } from "../profile.ts";
import type { LogIn } from "../log-in.ts";
import type { NewPassword } from "../reset-password.ts";
import { confirmAddressChange, openAddressChange, requestAddressChange } from "./change-address.ts";
import { changeLocale } from "./change-locale.ts";
import { type PasswordChange, changePassword } from "./change-password.ts";
import { changeProfile, readProfile } from "./change-profile.ts";
import { endOwnSession, listSessions, logOutEverywhere } from "./own-sessions.ts";
import { deleteAccount, openDeletion, requestDeletion } from "./delete-account.ts";
import { exportData } from "./export-data.ts";
import { findOwner } from "./owner.ts";
import { openUndo, undoAddress } from "./undo-address.ts";
import { typePassword } from "./password-check.ts";

/** What people do with their own account. All but the undo of an address needs a session. */
export function createSettings(context: Context) {
  return {
    /** Whether this session may do what needs a typed password. @throws AccountError `NOT_LOGGED_IN` */
    hasTypedPassword: async (caller: Caller): Promise<boolean> =>
      (await findOwner(context.db, context.secret, caller)).hasTypedPassword,
    typePassword: (caller: Caller, password: string) => typePassword(context, caller, password),
    profile: (caller: Caller) => readProfile(context, caller),
    changeProfile: (caller: Caller, profile: Profile) => changeProfile(context, caller, profile),
    changeLocale: (caller: Caller, locale: Locale) => changeLocale(context, caller, locale),
    changePassword: (caller: Caller, input: PasswordChange) =>
      changePassword(context, caller, input),
    requestAddressChange: (caller: Caller, email: string) =>
      requestAddressChange(context, caller, email),
    openAddressChange: (caller: Caller, token: string) => openAddressChange(context, caller, token),
    confirmAddressChange: (caller: Caller, token: string): Promise<LogIn> =>
      confirmAddressChange(context, caller, token),
    openUndo: (token: string) => openUndo(context, token),
    undoAddress: (caller: Caller, input: NewPassword) => undoAddress(context, caller, input),
    exportData: (caller: Caller) => exportData(context, caller),
    requestDeletion: (caller: Caller) => requestDeletion(context, caller),
    openDeletion: (caller: Caller, token: string) => openDeletion(context, caller, token),
    deleteAccount: (caller: Caller, input: { token: string; currentPassword: string }) =>
      deleteAccount(context, caller, input),
    sessions: (caller: Caller) => listSessions(context, caller),
    endSession: (caller: Caller, id: string) => endOwnSession(context, caller, id),
    logOutEverywhere: (caller: Caller) => logOutEverywhere(context, caller),
  };
}
