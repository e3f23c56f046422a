import { brand } from "@repo/brand";
import { Action, Note, Paragraph, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { schema } from "./schema.ts";

export const template: Template<typeof schema> = {
  texts: {
    en: {
      subject: ({ team }) => `Join ${team || "a team"} at ${brand.name}`,
      preheader: ({ inviter }) =>
        `${inviter || "Somebody"} invites you to work together. The invitation is open for a week.`,
      reason: `You get this email because somebody at ${brand.name} entered this address.`,
    },
    de: "en",
  },
  Content: ({ inviter, team, url }) => (
    <>
      <Title>You are invited to a team</Title>
      <Paragraph>
        <bdi>{inviter || "Somebody"}</bdi> invites you to join <bdi>{team || "a team"}</bdi>
        {` at ${brand.name}. The invitation is open for a week.`}
      </Paragraph>
      <Action href={url}>Join the team</Action>
      <Note>If you do not know the team, ignore this email. Nothing happens then.</Note>
    </>
  ),
  cases: {
    usual: {
      inviter: "Robin Example",
      team: "The Bakery",
      url: "https://example.com/invitations/Zm9vYmFyYmF6",
    },
    "no names": { inviter: "", team: "", url: "https://example.com/invitations/Zm9vYmFyYmF6" },
    "hostile names": {
      inviter: "Win at https://evil.example",
      team: "<b>The Bakery</b>",
      url: "https://example.com/invitations/Zm9vYmFyYmF6",
    },
  },
};

export default preview(schema, template);
