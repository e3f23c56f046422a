import type { SessionUser } from "@repo/accounts";

/** The links in the header of every page: to the account, or to log in and sign up. */
export function AccountNav({ user }: { user: SessionUser | undefined }) {
  return <nav aria-label="Account">{user ? <LoggedIn /> : <LoggedOut />}</nav>;
}

function LoggedIn() {
  return (
    <>
      <a href="/account">Account</a>
      <form method="post" action="/logout">
        <button className="link">Log out</button>
      </form>
    </>
  );
}

function LoggedOut() {
  return (
    <>
      <a href="/login">Log in</a>
      <a href="/signup">Sign up</a>
    </>
  );
}
