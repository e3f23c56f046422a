import json from "../brand.json" with { type: "json" };

/** A picture with the product's name in it, for a light background. */
interface Logo {
  /** A file of `apps/web/public`: PNG or JPEG, since inboxes show no SVG. */
  file: string;
  /** In pixels, as it is shown: a file of twice the size is sharp on every screen. */
  width: number;
  height: number;
}

/** One colour scheme. Colours are written "#rrggbb". */
interface Colors {
  ink: string;
  muted: string;
  paper: string;
  canvas: string;
  line: string;
  accent: string;
  onAccent: string;
}

/** The content of `brand.json`. */
export interface Brand {
  name: string;
  tagline: string;
  /** Where `apps/web` is on the internet: emails load their pictures from there. */
  website: string;
  supportEmail: string;
  /** In the footer of every email; many countries require it in those that advertise. */
  postalAddress: string;
  /** Without one, pages and emails show the name as text. */
  logo: Logo | null;
  colors: Colors & { danger: string; success: string };
  darkColors: Colors;
}

/** The product's name, logo, colours and addresses: edit `brand.json` to make it yours. */
export const brand: Brand = json;

/** The path of a file in `apps/web/public`, whether or not it is given with a slash. */
export function publicPath(file: string): string {
  // With two slashes it would be another host.
  return `/${file.replace(/^\/+/, "")}`;
}

/** The full address of a file in `apps/web/public`, for use in an email. */
export function publicUrl(file: string, { website }: Pick<Brand, "website"> = brand): string {
  if (!URL.canParse(website)) {
    throw new Error(
      `The website in packages/brand/brand.json must be an address such as https://example.com, and is "${website}".`,
    );
  }
  return new URL(publicPath(file), website).href;
}
