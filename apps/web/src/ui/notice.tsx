import type { ReactNode } from "react";
import { useTexts } from "../texts/texts.ts";
import { Layout } from "./layout.tsx";

interface NoticeProps {
  title: string;
  /** Shown so that people can quote it. The log has it too. */
  requestId?: string;
  children: ReactNode;
}

/** A page that says one thing: what happened, and where to go from here. */
export function Notice({ title, requestId, children }: NoticeProps) {
  const { request } = useTexts().errors;
  return (
    <Layout title={title}>
      <section className="card">
        <h1>{title}</h1>
        {children}
        {requestId && (
          <p className="fine">
            {request} <code>{requestId}</code>
          </p>
        )}
      </section>
    </Layout>
  );
}
