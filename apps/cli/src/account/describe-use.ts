import { categories, templates } from "@repo/templates/registry";
import { count } from "../count.ts";

/** What the description of a product's email depends on. */
export interface Facts {
  /** Its name, as people know it. */
  product: string;
  website: string;
  /** The domain that email comes from. */
  domain: string;
  /** How many emails the product expects to send a day. */
  perDay?: number | undefined;
}

// What AWS asks: https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html

/** For AWS's reviewers: what the app sends, to which people, and how it treats bounces. */
export function describeUse({ product, website, domain, perDay }: Facts): string {
  const used = new Set(Object.values(templates).map(({ category }) => category));
  const lines = [...used].map((name) => {
    const { texts, byDefault } = categories[name];
    const { name: title, about } = texts.en;
    return { optional: byDefault !== undefined, title, line: `- ${title}: ${about}` };
  });
  const optional = lines.filter((one) => one.optional).map(({ title }) => title);
  const expected = perDay === undefined ? "" : `up to ${count(perDay, "email")} a day; `;
  return [
    `${product} (${website}) is a web application. It sends email from ${domain} to the people who use it.`,
    ["What we send:", ...lines.map(({ line }) => line)].join("\n"),
    ...RECIPIENTS,
    optional.length > 0
      ? `Opting out: people can turn off ${optional.join(" and ")}. Each such email has a link to unsubscribe, and the header for one-click unsubscribe (RFC 8058). Both work without a log-in, and at once. All other email is needed to use the application.`
      : "Opting out: all of our email is needed to use the application. We send no newsletters and no offers.",
    "Bounces and complaints: SES publishes them to an SNS topic. The application verifies each event and stores it. An address that bounces permanently, or that complains, gets no further email. One that bounces again and again gets only security email for two weeks. The application looks at its list of such addresses before it sends each email.",
    `Rate: ${expected}the application reads the account's rate and quota from SES, and stays below them.`,
  ].join("\n\n");
}

// For an app with accounts.
const RECIPIENTS = [
  "Recipients: people enter their own address in the sign-up form. The first email has a link that confirms the address (double opt-in). Without that, there is no account, and no further email. We do not buy, rent or import addresses. The forms have limits for each address and each network, so that nobody can use them to flood a mailbox.",
];
