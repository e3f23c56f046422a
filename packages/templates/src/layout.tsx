import { type Brand, brand, publicUrl } from "@repo/brand";
import { type CSSProperties, Children, type ReactNode } from "react";
import {
  Body,
  Button,
  Container,
  Head,
  Heading,
  Html,
  Img,
  Link,
  Preview,
  Section,
  Text,
} from "./components.ts";
import { stylesheet, theme } from "./theme.ts";

const { colors } = theme;

// Each text carries its own font, size and colour: Outlook does not let a table inherit them.
const paragraph: CSSProperties = {
  margin: "0 0 16px",
  fontFamily: theme.font,
  fontSize: 16,
  lineHeight: "26px",
  color: colors.ink,
};
const masthead: CSSProperties = {
  ...paragraph,
  padding: "0 4px",
  fontSize: 18,
  fontWeight: 700,
  letterSpacing: "-0.01em",
};
const small: CSSProperties = {
  ...paragraph,
  margin: "0 0 4px",
  fontSize: 13,
  lineHeight: "20px",
  color: colors.muted,
};

type MastheadBrand = Pick<Brand, "name" | "logo" | "website">;

/** The frame of every email: the name, a card with the text, and why the person gets it. */
export function Layout(props: {
  subject: string;
  preheader: string;
  reason: string;
  children: ReactNode;
}) {
  return (
    <Html lang="en">
      <Head>
        <title>{props.subject}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
        <style>{stylesheet}</style>
      </Head>
      <Body className="canvas" style={{ margin: 0, backgroundColor: colors.canvas }}>
        <Preview>{props.preheader}</Preview>
        <Section style={{ padding: "32px 12px 40px" }}>
          <Container className="container" style={{ maxWidth: theme.width }}>
            <Masthead brand={brand} />
            <Section
              className="card"
              style={{
                padding: "40px 40px 44px",
                backgroundColor: colors.paper,
                border: `1px solid ${colors.line}`,
                borderRadius: 12,
              }}
            >
              {props.children}
            </Section>
            <Section style={{ padding: "20px 4px 0" }}>
              <Text className="muted" style={small}>
                {props.reason}
              </Text>
              <Text className="muted" style={small}>
                {`${brand.name} · Questions? Write to `}
                <Link
                  className="muted"
                  href={`mailto:${brand.supportEmail}`}
                  style={{ color: colors.muted, textDecoration: "underline" }}
                >
                  {brand.supportEmail}
                </Link>
              </Text>
            </Section>
          </Container>
        </Section>
      </Body>
    </Html>
  );
}

/** The product's logo, or its name if it has none. The plain text has the name in the footer. */
export function Masthead({ brand: { name, logo, website } }: { brand: MastheadBrand }) {
  return logo ? (
    <Section data-skip-in-text style={{ padding: "0 4px 16px" }}>
      <Img
        className="logo"
        src={publicUrl(logo.file, { website })}
        // An inbox that loads no pictures shows the name.
        alt={name}
        width={logo.width}
        height={logo.height}
        style={{ ...masthead, margin: 0, padding: 0, maxWidth: "100%", height: "auto" }}
      />
    </Section>
  ) : (
    <Text className="ink" data-skip-in-text style={masthead}>
      {name}
    </Text>
  );
}

export function Title({ children }: { children: string }) {
  return (
    <Heading
      as="h1"
      className="ink"
      style={{
        ...paragraph,
        margin: "0 0 20px",
        fontSize: 24,
        lineHeight: "32px",
        fontWeight: 700,
        letterSpacing: "-0.015em",
      }}
    >
      {children}
    </Heading>
  );
}

export function Paragraph({ children }: { children: ReactNode }) {
  return (
    <Text className="ink" style={paragraph}>
      {children}
    </Text>
  );
}

export function List({ items }: { items: ReactNode[] }) {
  return (
    <ul style={{ margin: "0 0 16px", padding: "0 0 0 24px" }}>
      {Children.map(items, (item) => (
        <li className="ink" style={{ ...paragraph, margin: "0 0 4px" }}>
          {item}
        </li>
      ))}
    </ul>
  );
}

/**
 * A picture on the internet: `publicUrl("picture.png")` is the address of a file in
 * `apps/web/public`. Many inboxes show pictures only on request, and the plain text has none: put
 * into a paragraph what must be read.
 *
 * @param props.alt what the picture shows; "" if it is decoration
 * @param props.width in pixels, as is the height; a narrow screen shrinks it
 */
export function Image(props: { src: string; alt: string; width: number; height: number }) {
  return (
    <Img
      {...props}
      className="image"
      // The colours are for the alt text, because the picture's background stays light in dark mode.
      style={{ ...paragraph, maxWidth: "100%", height: "auto", borderRadius: 8 }}
    />
  );
}

/** @param props.name as `personName` leaves it */
export function Greeting({ name }: { name: string }) {
  // The name is isolated, because one written from right to left would move the comma.
  return (
    <Paragraph>
      {name ? (
        <>
          Hi <bdi>{name}</bdi>,
        </>
      ) : (
        "Hello,"
      )}
    </Paragraph>
  );
}

/**
 * A link inside a text, for anything but the main action. The plain text has its address after the
 * label: let the label end the paragraph, or the address runs into the text that follows.
 */
export function TextLink({ href, children }: { href: string; children: string }) {
  return (
    <Link
      className="link"
      href={href}
      style={{ color: colors.accent, textDecoration: "underline" }}
    >
      {children}
    </Link>
  );
}

/**
 * The main action: a button, and its address below it in case the button does not work.
 * Plain text has the label and then the address.
 */
export function Action({ href, children }: { href: string; children: string }) {
  return (
    <>
      <Section style={{ padding: "12px 0 24px" }}>
        <Button
          className="button"
          href={href}
          style={{
            padding: "14px 26px",
            backgroundColor: colors.accent,
            borderRadius: 8,
            fontFamily: theme.font,
            fontSize: 16,
            fontWeight: 600,
            color: colors.onAccent,
          }}
        >
          {children}
        </Button>
      </Section>
      <Text className="muted" style={{ ...small, margin: "0 0 24px", wordBreak: "break-all" }}>
        <span data-skip-in-text>
          Button not working? Open this link:
          <br />
        </span>
        <Link className="link" href={href} style={{ color: colors.accent }}>
          {href}
        </Link>
      </Text>
    </>
  );
}

export function Note({ children }: { children: ReactNode }) {
  return (
    <Text
      className="muted"
      style={{ ...paragraph, margin: 0, fontSize: 14, lineHeight: "22px", color: colors.muted }}
    >
      {children}
    </Text>
  );
}
