import { brand, publicUrl } from "@repo/brand";
import {
  Action,
  Button,
  Columns,
  Divider,
  Greeting,
  Heading,
  Image,
  List,
  Note,
  Paragraph,
  Quote,
  Title,
} from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { schema } from "./schema.ts";

export const template: Template<typeof schema> = {
  // An email in one language has its text in the content, too.
  texts: {
    en: {
      subject: `Your week at ${brand.name}`,
      preheader: ({ done, comments }, { plural, list }) =>
        `${list([
          plural(done.length, { one: "# thing is done", other: "# things are done" }),
          plural(comments.length, { one: "there is # comment", other: "there are # comments" }),
        ])}. And what comes next.`,
      reason: `You get this email every week because you have an account at ${brand.name}.`,
    },
    de: "en",
  },
  Content: ({ name, picture, done, comments, next, url }) => (
    <>
      <Title>Your week</Title>
      {picture && <Image {...picture} width={480} height={240} />}
      <Greeting name={name} />
      {done.length === 0 ? (
        <Paragraph>It was a quiet week. Nothing is waiting for you.</Paragraph>
      ) : (
        <>
          <Paragraph>This was done last week:</Paragraph>
          <List items={done} />
        </>
      )}
      {comments.length > 0 && <Heading>What people said</Heading>}
      {comments.map(({ by, text }, index) => (
        <Quote key={index} by={by}>
          {text}
        </Quote>
      ))}
      {next.length > 0 && <Heading>What comes next</Heading>}
      {next.length > 0 && (
        <Columns>
          {next.map(({ title, text, url: href }) => (
            <div key={href}>
              <Paragraph>
                <strong>{title}</strong>
                <br />
                {text}
              </Paragraph>
              <Button href={href}>Open</Button>
            </div>
          ))}
        </Columns>
      )}
      <Divider />
      <Action href={url}>See the whole week</Action>
      <Note>The numbers are of Monday morning.</Note>
    </>
  ),
  cases: {
    usual: {
      name: "Sam Sample",
      picture: { src: publicUrl("week.png"), alt: "A chart: more was done each day of the week" },
      done: ["The new oven is in place", "The flour is ordered", "The menu is printed"],
      comments: [{ by: "Robin Example", text: "The bread of Tuesday was the best so far." }],
      next: [
        { title: "Monday", text: "The oven is tested.", url: "https://example.com/tasks/1" },
        { title: "Friday", text: "The bakery opens.", url: "https://example.com/tasks/2" },
      ],
      url: "https://example.com/weeks/7",
    },
    "a quiet week": {
      name: "",
      done: [],
      comments: [],
      next: [],
      url: "https://example.com/weeks/8",
    },
  },
};

export default preview(schema, template);
