// What emails are made of. Each part says how it reads as plain text.
export { Action } from "./parts/action.tsx";
export { Button } from "./parts/button.tsx";
export { Callout } from "./parts/callout.tsx";
export { Code } from "./parts/code.tsx";
export { Columns } from "./parts/columns.tsx";
export { Divider } from "./parts/divider.tsx";
export { Facts } from "./parts/facts.tsx";
export { Greeting } from "./parts/greeting.tsx";
export { Heading } from "./parts/heading.tsx";
export { Image } from "./parts/image.tsx";
export { List } from "./parts/list.tsx";
export { Note } from "./parts/note.tsx";
export { Paragraph } from "./parts/paragraph.tsx";
export { Quote } from "./parts/quote.tsx";
export { Table } from "./parts/table.tsx";
export { TextLink } from "./parts/text-link.tsx";
export { Title } from "./parts/title.tsx";
