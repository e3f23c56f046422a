import type { SessionUser } from "@repo/accounts";
import { brand } from "@repo/brand";
import { Router } from "express";
import { sendAnswer } from "../http/answer.tsx";
import { methodNotAllowed } from "../http/errors.tsx";
import { Layout } from "../ui/layout.tsx";

export function home(): Router {
  const router = Router();
  router
    .route("/")
    .get((req, res) => {
      const { name, tagline } = brand;
      sendAnswer(req, res, { page: <Home user={res.locals.user} />, json: { name, tagline } });
    })
    .all(methodNotAllowed("GET"));
  return router;
}

function Home({ user }: { user: SessionUser | undefined }) {
  return (
    <Layout title={brand.name}>
      <section className="hero">
        <h1>{brand.tagline}</h1>
        <p>
          {brand.name} is a small app with accounts, and the email that goes with them. Sign up and
          it sends you a link; open the link and you are in. A forgotten password works the same
          way.
        </p>
        <p>
          Every email is stored in the same database transaction as the change that it is about.
          Then a worker delivers it through Amazon SES. No email is lost, and none is sent for a
          change that never happened.
        </p>
        {user ? (
          <p className="actions">
            <a className="button" href="/account">
              Go to your account
            </a>
          </p>
        ) : (
          <p className="actions">
            <a className="button" href="/signup">
              Sign up
            </a>
            <a className="button quiet" href="/login">
              Log in
            </a>
          </p>
        )}
      </section>
    </Layout>
  );
}
