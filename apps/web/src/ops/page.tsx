import type { ReactNode } from "react";
import { Layout } from "../ui/layout.tsx";
import { SCRIPT, STYLESHEET } from "./assets.ts";
import { Moment } from "./format.tsx";

const PAGES = [
  ["/ops", "Now"],
  ["/ops/rates", "Rates"],
  ["/ops/messages", "Messages"],
  ["/ops/suppressions", "Suppressions"],
  ["/ops/requests", "Requests"],
  ["/ops/sending", "Sending"],
  ["/ops/actions", "Actions"],
] as const;

interface OpsPageProps {
  title: string;
  /** The page that the menu marks. */
  at: (typeof PAGES)[number][0];
  children: ReactNode;
}

/** A page of operators. These pages are in English only. */
export function OpsPage({ title, at, children }: OpsPageProps) {
  return (
    <Layout title={title}>
      <link rel="stylesheet" href={STYLESHEET} precedence="default" />
      <script src={SCRIPT} defer />
      <div className="ops" lang="en" dir="ltr">
        <nav className="ops-nav" aria-label="Operations">
          {PAGES.map(([path, name]) => (
            <a key={path} href={path} aria-current={path === at ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
        {children}
      </div>
    </Layout>
  );
}

const now = () => new Date();

/** The part of a page that its script renews. */
export function Live({ children }: { children: ReactNode }) {
  return (
    <div data-live="" className="ops-stack">
      {children}
      <p className="fine">
        As of <Moment at={now()} />. <span data-live-note="" />
      </p>
    </div>
  );
}

export function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="ops-card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}
