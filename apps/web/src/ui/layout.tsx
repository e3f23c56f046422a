import { brand } from "@repo/brand";
import { defaultLocale, directionOf } from "@repo/locales";
import { type ReactNode, useContext } from "react";
import { useTexts } from "../texts/texts.ts";
import { BrandMark, Favicon } from "./brand-mark.tsx";
import { Site } from "./site.ts";

/** A whole page: head, header, the content, footer. */
export function Layout({ title, children }: { title: string; children: ReactNode }) {
  const { assets, nav, locale } = useContext(Site);
  const { skip } = useTexts().layout;
  return (
    <html lang={locale} dir={directionOf(locale)}>
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
          {skip}
        </a>
        <header className="site">
          <a className="brand" href="/">
            <BrandMark brand={brand} />
          </a>
          {nav}
        </header>
        <main id="main">{children}</main>
        <footer className="site">
          <p lang={defaultLocale}>{brand.tagline}</p>
          <p>
            <a href={`mailto:${brand.supportEmail}`}>{brand.supportEmail}</a>
          </p>
        </footer>
      </body>
    </html>
  );
}
