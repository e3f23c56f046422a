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

/** A page of the menu. */
export type Place = (typeof PAGES)[number][0];

interface OpsPageProps {
  title: string;
  /** The page that the menu marks. Default: none. */
  at?: Place;
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
export function Live({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <div id={id} data-live="" className="ops-stack">
      {children}
      <p className="fine">
        As of <Moment at={now()} />. All times are in UTC. <span data-live-note="" />
      </p>
    </div>
  );
}

/** How an input for an address behaves: a phone does not correct what is typed. */
export const ADDRESS_INPUT = {
  autoComplete: "off",
  autoCapitalize: "none",
  autoCorrect: "off",
  spellCheck: false,
  inputMode: "email",
} as const;

/** The most important figures of a page, as a list: each stands below its name. */
export function Figures({ children }: { children: ReactNode }) {
  return <dl className="ops-figures">{children}</dl>;
}

export function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
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
