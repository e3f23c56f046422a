import { brand } from "@repo/brand";
import { type ReactNode, createContext, useContext } from "react";
import type { Assets } from "./assets.ts";
import { BrandMark, Favicon } from "./brand-mark.tsx";

/** What the layout needs on every page. As a context, so that no page has to pass it on. */
export const Site = createContext<{ assets: Assets; nav: ReactNode }>({
  assets: { stylesheet: "", script: "" },
  nav: undefined,
});

/** A whole page: head, header, the content, footer. */
export function Layout({ title, children }: { title: string; children: ReactNode }) {
  const { assets, nav } = useContext(Site);
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title === brand.name ? title : `${title} · ${brand.name}`}</title>
        <Favicon brand={brand} />
        <link rel="stylesheet" href={assets.stylesheet} />
        <script src={assets.script} defer />
      </head>
      <body>
        <a className="skip" href="#main">
          Skip to content
        </a>
        <header className="site">
          <a className="brand" href="/">
            <BrandMark brand={brand} />
          </a>
          {nav}
        </header>
        <main id="main">{children}</main>
        <footer className="site">
          <p>{brand.tagline}</p>
          <p>
            <a href={`mailto:${brand.supportEmail}`}>{brand.supportEmail}</a>
          </p>
        </footer>
      </body>
    </html>
  );
}
