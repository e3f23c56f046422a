import { type Brand, publicUrl } from "@repo/brand";
import type { CSSProperties } from "react";
import { Img } from "../components.ts";
import { Box } from "../parts/box.tsx";
import { body } from "../parts/text-styles.ts";

const masthead: CSSProperties = {
  ...body,
  fontSize: 18,
  fontWeight: 700,
  letterSpacing: "-0.01em",
};

/** The product's logo, or its name if it has none. The plain text has the name in the footer. */
export function Masthead(props: { brand: Pick<Brand, "name" | "logo" | "website"> }) {
  const { name, logo, website } = props.brand;
  return (
    <div data-skip-in-text>
      <Box style={{ padding: "0 4px" }}>
        {logo ? (
          <Img
            className="logo"
            src={publicUrl(logo.file, { website })}
            // An inbox that loads no pictures shows the name.
            alt={name}
            width={logo.width}
            height={logo.height}
            style={{ ...masthead, maxWidth: "100%", height: "auto" }}
          />
        ) : (
          <p className="ink" style={masthead}>
            {name}
          </p>
        )}
      </Box>
    </div>
  );
}
