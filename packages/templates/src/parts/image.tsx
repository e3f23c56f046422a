import { Img } from "../components.ts";
import { theme } from "../theme.ts";
import { body } from "./text-styles.ts";

/**
 * A picture on the internet: `publicUrl("picture.png")` is the address of a file in
 * `apps/web/public`. A file of twice the size is sharp on every screen. Many inboxes show pictures
 * only on request, and the plain text has none: put into a paragraph what must be read.
 *
 * @param props.alt what the picture shows; "" if it is decoration
 * @param props.width in pixels, as is the height; a narrow screen shrinks it
 */
export function Image(props: { src: string; alt: string; width: number; height: number }) {
  return (
    <Img
      {...props}
      className="image"
      // The colours are for the alt text, because the picture's background stays light in dark
      // mode.
      style={{
        ...body,
        // With `max-width: 100%` a picture that does not load would widen the table on a phone.
        width: "100%",
        maxWidth: props.width,
        height: "auto",
        borderRadius: theme.radius.box,
      }}
    />
  );
}
