import type { ReactNode } from "react";
import { Layout } from "./layout.tsx";

interface NoticeProps {
  title: string;
  /** Shown so that people can quote it. The log has it too. */
  requestId?: string;
  children: ReactNode;
}

/** A page that says one thing: what happened, and where to go from here. */
export function Notice({ title, requestId, children }: NoticeProps) {
  return (
    <Layout title={title}>
      <section className="card">
        <h1>{title}</h1>
        {children}
        {requestId && (
          <p className="fine">
            Request <code>{requestId}</code>
          </p>
        )}
      </section>
    </Layout>
  );
}
