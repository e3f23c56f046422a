import { useLanguage } from "../language.ts";
import { Paragraph } from "./paragraph.tsx";

/**
 * In plain text: a paragraph.
 *
 * @param props.name as `personName` leaves it
 */
export function Greeting({ name }: { name: string }) {
  const { texts } = useLanguage();
  // The name is isolated, because one written from right to left would move the comma.
  return <Paragraph>{name ? texts.hi(<bdi>{name}</bdi>) : texts.hello}</Paragraph>;
}
