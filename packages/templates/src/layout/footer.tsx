import type { Brand } from "@repo/brand";
import type { CSSProperties, ReactNode } from "react";
import { Link } from "../components.ts";
import { useLanguage } from "../language.ts";
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
    <>
      <Line first>{props.reason}</Line>
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
    </>
  );
}

const line: CSSProperties = { ...small, margin: `0 4px ${theme.space.xs}px` };
const firstLine: CSSProperties = { ...small, margin: `20px 4px ${theme.space.xs}px` };

function Line({ first, children }: { first?: boolean; children: ReactNode }) {
  return (
    <p className="muted" style={first ? firstLine : line}>
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
