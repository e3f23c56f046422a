import type { SessionUser } from "@repo/accounts";

/** Who is logged in, and the ways in and out: in the header of every page. */
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
