import { brand } from "@repo/brand";
import { defaultLocale } from "@repo/locales";
import type { CSSProperties, ReactNode } from "react";
import { Container, Head, Html } from "../components.ts";
import { LanguageContext, languageOf } from "../language.ts";
import { Box } from "../parts/box.tsx";
import { stylesheet, theme } from "../theme.ts";
import { Footer, type PreferenceLinks } from "./footer.tsx";
import { Masthead } from "./masthead.tsx";
import { Preheader } from "./preheader.tsx";

const { colors } = theme;

const canvas: CSSProperties = { margin: 0, backgroundColor: colors.canvas };
const frame: CSSProperties = {
  padding: "32px 12px 40px",
  // A word that is wider than a phone breaks, in the parts too: they inherit it.
  wordBreak: "break-word",
};
const card: CSSProperties = {
  padding: "40px 40px 44px",
  backgroundColor: colors.paper,
  border: `1px solid ${colors.line}`,
  borderRadius: theme.radius.card,
};

/**
 * The frame of every email: the name, a card with the text, and why the person gets it.
 *
 * @param props.locale the language of the email. Default: the product's
 * @param props.links of an email that the person can turn off
 */
export function Layout(props: {
  locale?: string;
  subject: string;
  preheader: string;
  reason: string;
  links?: PreferenceLinks | undefined;
  children: ReactNode;
}) {
  const language = languageOf(props.locale ?? defaultLocale);
  const { locale, dir } = language;
  return (
    <LanguageContext value={language}>
      <Html lang={locale} dir={dir}>
        <Head>
          <title>{props.subject}</title>
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="supported-color-schemes" content="light dark" />
          <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
          <style>{stylesheet}</style>
        </Head>
        <body className="canvas" style={canvas}>
          <Preheader>{props.preheader}</Preheader>
          {/* Again, because some clients drop <body>, and Gmail the attributes of <html>. */}
          <Box className="canvas" lang={locale} dir={dir} style={{ ...canvas, ...frame }}>
            <Container className="container" style={{ maxWidth: theme.width }}>
              <Masthead brand={brand} />
              <Box className="card line" style={card}>
                {props.children}
              </Box>
              <Footer brand={brand} reason={props.reason} links={props.links} />
            </Container>
          </Box>
        </body>
      </Html>
    </LanguageContext>
  );
}
