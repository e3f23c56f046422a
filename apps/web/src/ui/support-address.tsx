import { brand } from "@repo/brand";

/** Where people get help, as a link. */
export function SupportAddress() {
  return <a href={`mailto:${brand.supportEmail}`}>{brand.supportEmail}</a>;
}
