import { brand } from "@repo/brand";
import { duration } from "../../duration.ts";
import { Action, Greeting, Note, Paragraph, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { schema } from "./schema.ts";

export const template: Template<typeof schema> = {
  subject: () => `Reset your ${brand.name} password`,
  preheader: ({ expiresInMinutes }) =>
    `Choose a new password within ${duration(expiresInMinutes)}. If you did not ask for it, nothing changes.`,
  reason: `You get this email because someone asked to reset the password of your ${brand.name} account.`,
  Content: ({ name, url, expiresInMinutes }) => (
    <>
      <Title>Reset your password</Title>
      <Greeting name={name} />
      <Paragraph>
        {`Someone, hopefully you, asked to reset the password of your ${brand.name} account. The link works once, for ${duration(expiresInMinutes)}.`}
      </Paragraph>
      <Action href={url}>Choose a new password</Action>
      <Note>
        If you did not ask for this, ignore this email: your password stays as it is. Never forward
        this email, the link is as good as your password.
      </Note>
    </>
  ),
  cases: {
    usual: {
      name: "Sam Sample",
      url: "https://example.com/reset-password?token=Zm9vYmFyYmF6",
      expiresInMinutes: 60,
    },
    "no name, soon over": {
      name: "",
      url: "https://example.com/reset-password?token=Zm9vYmFyYmF6",
      expiresInMinutes: 15,
    },
    "long link": {
      name: "Sam",
      url: `https://accounts.example.com/reset-password?token=${"Zm9vYmFyYmF6".repeat(16)}`,
      expiresInMinutes: 1,
    },
  },
};

export default preview(schema, template);
