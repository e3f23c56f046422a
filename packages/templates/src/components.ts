// The only file that imports the library. Its successor exports the same names, so a move to it
// changes only this file.
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
  Row,
  Section,
  Text,
} from "@react-email/components";
