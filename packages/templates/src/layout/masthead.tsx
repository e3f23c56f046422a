import { type Brand, publicUrl } from "@repo/brand";
import type { CSSProperties } from "react";
import { Img } from "../components.ts";
import { body } from "../parts/text-styles.ts";
import { theme } from "../theme.ts";

const masthead: CSSProperties = {
  ...body,
  margin: `0 4px ${theme.space.m}px`,
  fontSize: 18,
  fontWeight: 700,
  letterSpacing: "-0.01em",
};

// With the colour for its alternative text: in dark mode too, a logo is on a light background.
const picture: CSSProperties = { ...masthead, margin: 0, maxWidth: "100%", height: "auto" };

/** The product's logo, or its name if it has none. The plain text has the name in the footer. */
export function Masthead(props: { brand: Pick<Brand, "name" | "logo" | "website"> }) {
  const { name, logo, website } = props.brand;
  return (
    <p className="ink" data-skip-in-text style={masthead}>
      {logo ? (
        <Img
          className="logo"
          src={publicUrl(logo.file, { website })}
          // An inbox that loads no pictures shows the name.
          alt={name}
          width={logo.width}
          height={logo.height}
          style={picture}
        />
      ) : (
        name
      )}
    </p>
  );
}
