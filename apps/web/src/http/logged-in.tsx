import { AccountError, type Accounts, type SessionUser } from "@repo/accounts";
import type { RequestHandler, Response } from "express";
import { useTexts } from "../texts/texts.ts";
import { Notice } from "../ui/notice.tsx";
import { sendPage, wantsJson } from "./answer.tsx";
import { HttpError } from "./errors.tsx";

/** Goes on if the person is logged in, and otherwise sends them to the log-in. */
export const loggedIn: RequestHandler = (req, res, next) => {
  if (res.locals.user) return next();
  if (wantsJson(req)) throw notLoggedIn();
  // A redirect would lose the link.
  if (req.query.token !== undefined) return sendPage(res, 401, <LogInFirst />);
  res.redirect(303, "/login");
};

/**
 * The person who is logged in. Use it behind `loggedIn`.
 *
 * @throws HttpError `NOT_LOGGED_IN`
 */
export function userOf({ locals }: Response): SessionUser {
  if (!locals.user) throw notLoggedIn();
  return locals.user;
}

const notLoggedIn = () => new HttpError(401, "NOT_LOGGED_IN", "Log in first: POST /login.");

function LogInFirst() {
  const { settings, logIn } = useTexts();
  return (
    <Notice title={settings.logInFirst.title}>
      <p>{settings.logInFirst.why}</p>
      <p className="actions">
        <a className="button" href="/login">
          {logIn.title}
        </a>
      </p>
    </Notice>
  );
}

/** The pages that may follow a typed password. Any other address would be an open redirect. */
export const CHECKED_PAGES = ["/settings/address", "/settings/export", "/settings/delete"];

/** Goes on if the person has typed the password within CHECK_MINUTES, and otherwise asks for it. */
export function passwordTyped(accounts: Accounts): RequestHandler {
  return async (req, res, next) => {
    if (await accounts.settings.hasTypedPassword(res.locals.caller)) return next();
    if (wantsJson(req)) throw new AccountError("PASSWORD_CHECK_NEEDED");
    res.redirect(303, `/settings/check?next=${encodeURIComponent(req.path)}`);
  };
}
