import type { Brand } from "@repo/brand";
import type { ReactNode } from "react";
import { Link } from "../components.ts";
import { useLanguage } from "../language.ts";
import { Box } from "../parts/box.tsx";
import { small } from "../parts/text-styles.ts";
import { theme } from "../theme.ts";

/** Where a person turns an email off, of a category that can be turned off. */
export interface PreferenceLinks {
  /** Turns off this email's category. */
  unsubscribe: string;
  /** Shows all categories. */
  preferences: string;
}

/** Why the person gets the email, who sent it, and how to turn it off. */
export function Footer(props: {
  brand: Pick<Brand, "name" | "supportEmail" | "postalAddress">;
  reason: string;
  links?: PreferenceLinks | undefined;
}) {
  const { name, supportEmail, postalAddress } = props.brand;
  const { texts } = useLanguage();
  return (
    <Box style={{ padding: "20px 4px 0" }}>
      <Line>{props.reason}</Line>
      <Line>
        {`${name} · ${texts.questions} `}
        <FooterLink href={`mailto:${supportEmail}`}>{supportEmail}</FooterLink>
      </Line>
      <Line>{postalAddress}</Line>
      {props.links && (
        <>
          <Line>
            <FooterLink href={props.links.unsubscribe}>{texts.unsubscribe}</FooterLink>
          </Line>
          <Line>
            <FooterLink href={props.links.preferences}>{texts.emailPreferences}</FooterLink>
          </Line>
        </>
      )}
    </Box>
  );
}

function Line({ children }: { children: ReactNode }) {
  return (
    <p className="muted" style={small}>
      {children}
    </p>
  );
}

function FooterLink({ href, children }: { href: string; children: string }) {
  const style = { color: theme.colors.muted, textDecoration: "underline" };
  return (
    <Link className="muted" href={href} style={style}>
      {children}
    </Link>
  );
}
