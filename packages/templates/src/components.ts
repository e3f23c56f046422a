// The only file that imports the library. Its successor exports the same names, so a move to it
// changes only this file. Body, Heading, Preview and Text are not here: the parts have what they add
// (docs/decisions/email-components.md).
export {
  Column,
  Container,
  Head,
  Hr,
  Html,
  Img,
  Link,
  Row,
  Section,
} from "@react-email/components";
