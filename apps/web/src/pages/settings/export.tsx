import type { Accounts } from "@repo/accounts";
import { Router } from "express";
import { sendAnswer } from "../../http/answer.tsx";
import { readBody } from "../../http/body.ts";
import { methodNotAllowed } from "../../http/errors.tsx";
import { useTexts } from "../../texts/texts.ts";
import { SupportAddress } from "../../ui/support-address.tsx";
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
  const t = useTexts().settings.export;
  return (
    <Layout title={t.title}>
      <section className="card">
        <h1>{t.title}</h1>
        <p>{t.intro}</p>
        <form method="post" action="/settings/export">
          <button className="primary">{t.download}</button>
        </form>
        <p>{t.elsewhere(<SupportAddress />)}</p>
        <ToSettings />
      </section>
    </Layout>
  );
}
