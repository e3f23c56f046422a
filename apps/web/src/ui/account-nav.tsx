import type { SessionUser } from "@repo/accounts";
import { useTexts } from "../texts/texts.ts";

/** The links in the header of every page: to the account, or to log in and sign up. */
export function AccountNav({ user }: { user: SessionUser | undefined }) {
  const t = useTexts().nav;
  return (
    <nav aria-label={t.label}>
      {user?.role === "operator" && <a href="/ops">{t.ops}</a>}
      {user ? <LoggedIn /> : <LoggedOut />}
    </nav>
  );
}

function LoggedIn() {
  const t = useTexts().nav;
  return (
    <>
      <a href="/account">{t.account}</a>
      <form method="post" action="/logout">
        <button className="link">{t.logOut}</button>
      </form>
    </>
  );
}

function LoggedOut() {
  const t = useTexts().nav;
  return (
    <>
      <a href="/login">{t.logIn}</a>
      <a href="/signup">{t.signUp}</a>
    </>
  );
}
