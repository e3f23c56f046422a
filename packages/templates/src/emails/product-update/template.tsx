import { brand, publicUrl } from "@repo/brand";
import { Action, Greeting, Heading, Image, Paragraph, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { schema } from "./schema.ts";

export const template: Template<typeof schema> = {
  // Its content comes from the props, in whatever language they are.
  texts: {
    en: {
      subject: ({ title }) => `New in ${brand.name}: ${title}`,
      preheader: ({ text }) => text,
      reason: `You get this email because you have an account at ${brand.name}, and product news is on.`,
    },
    de: "en",
  },
  Content: ({ name, title, text, picture, news, url }) => (
    <>
      <Title>{title}</Title>
      {picture && <Image {...picture} width={480} height={240} />}
      <Greeting name={name} />
      <Paragraph>{text}</Paragraph>
      <Action href={url}>See what is new</Action>
      {news.map((item) => (
        <div key={item.title}>
          <Heading>{item.title}</Heading>
          <Paragraph>{item.text}</Paragraph>
        </div>
      ))}
    </>
  ),
  cases: {
    usual: {
      name: "Sam Sample",
      title: "Shared calendars",
      text: "Your whole team now sees one calendar, and everybody can change it.",
      picture: { src: publicUrl("calendar.png"), alt: "A calendar of a week with three names" },
      news: [
        { title: "Colours for everybody", text: "Each person chooses a colour of their own." },
        { title: "A view for the phone", text: "The week fits on the smallest screen." },
      ],
      url: "https://example.com/news/calendars",
    },
    "one thing only": {
      name: "",
      title: "Dark mode",
      text: "The app now follows the setting of your device.",
      news: [],
      url: "https://example.com/news/dark",
    },
  },
};

export default preview(schema, template);
