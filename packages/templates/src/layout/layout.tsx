import { brand } from "@repo/brand";
import { defaultLocale } from "@repo/locales";
import type { ReactNode } from "react";
import { Body, Container, Head, Html } from "../components.ts";
import { LanguageContext, languageOf } from "../language.ts";
import { Box } from "../parts/box.tsx";
import { stylesheet, theme } from "../theme.ts";
import { Footer, type PreferenceLinks } from "./footer.tsx";
import { Masthead } from "./masthead.tsx";
import { Preheader } from "./preheader.tsx";

const { colors } = theme;

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
        <Body className="canvas" style={{ margin: 0, backgroundColor: colors.canvas }}>
          <Preheader>{props.preheader}</Preheader>
          {/* Again, because Gmail drops the attributes of <html>. */}
          <Box
            lang={locale}
            dir={dir}
            // A word that is wider than a phone breaks, in the parts too: they inherit it.
            style={{ padding: "32px 12px 40px", wordBreak: "break-word" }}
          >
            <Container className="container" style={{ maxWidth: theme.width }}>
              <Masthead brand={brand} />
              <Box
                className="card line"
                style={{
                  padding: "40px 40px 44px",
                  backgroundColor: colors.paper,
                  border: `1px solid ${colors.line}`,
                  borderRadius: theme.radius.card,
                }}
              >
                {props.children}
              </Box>
              <Footer brand={brand} reason={props.reason} links={props.links} />
            </Container>
          </Box>
        </Body>
      </Html>
    </LanguageContext>
  );
}
