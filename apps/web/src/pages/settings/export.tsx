import type { Accounts } from "@repo/accounts";
import { brand } from "@repo/brand";
import { Router } from "express";
import { sendAnswer } from "../../http/answer.tsx";
import { readBody } from "../../http/body.ts";
import { methodNotAllowed } from "../../http/errors.tsx";
import { Layout } from "../../ui/layout.tsx";
import { ToSettings } from "./settings.tsx";

/** Gives people all that is stored about them, as a file. */
export function exportData({ settings }: Accounts): Router {
  const router = Router();
  router
    .route("/settings/export")
    .get((req, res) => {
      sendAnswer(req, res, { page: <Export />, json: { method: "POST", path: req.path } });
    })
    .post(...readBody, async (_req, res) => {
      const data = await settings.exportData(res.locals.caller);
      res.attachment("my-data.json").send(JSON.stringify(data, undefined, 2));
    })
    .all(methodNotAllowed("GET", "POST"));
  return router;
}

function Export() {
  return (
    <Layout title="Your data">
      <section className="card">
        <h1>Your data</h1>
        <p>
          You get a file with all that {brand.name} stores about you: your account, your sessions,
          and which email we sent you and when. It is JSON: any text editor shows it.
        </p>
        <form method="post" action="/settings/export">
          <button className="primary">Download my data</button>
        </form>
        <ToSettings />
      </section>
    </Layout>
  );
}
