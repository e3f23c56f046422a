// The only file that imports the library: its successor has all of these names, so a
// move to it is an edit here.
export {
  Body,
  Column,
  Container,
  Head,
  Heading,
  Hr,
  Html,
  Img,
  Link,
  Preview,
  Row,
  Section,
  Text,
} from "@react-email/components";
