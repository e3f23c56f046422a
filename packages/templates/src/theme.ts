import { brand } from "@repo/brand";

/** The colours and sizes of every part. Sizes are in pixels: emails have no reliable rem. */
export const theme = {
  colors: brand.colors,
  // No quotes around the names: they would be written as &quot; in every style attribute.
  font: "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif",
  mono: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  type: {
    code: { fontSize: 32, lineHeight: "40px" },
    title: { fontSize: 24, lineHeight: "32px" },
    heading: { fontSize: 18, lineHeight: "26px" },
    body: { fontSize: 16, lineHeight: "26px" },
    note: { fontSize: 14, lineHeight: "22px" },
    small: { fontSize: 13, lineHeight: "20px" },
  },
  space: { xs: 4, s: 8, m: 16, l: 24, xl: 40 },
  radius: { card: 12, box: 8 },
  width: 560,
};

const { colors: light, darkColors: dark } = brand;

/**
 * The styles that cannot be inline. Clients that drop them (Gmail's app with other accounts)
 * show the light, fluid layout.
 *
 * The first width is for Outlook on Windows, which knows neither max-width nor @media. Pictures are
 * drawn for a light background. They keep one in dark mode, or dark lines would be invisible.
 */
export const stylesheet = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
.container{width:${theme.width}px}
@media screen{.container{width:100%}}
@media (max-width:480px){
.card{padding:28px 24px 32px!important}
.column{display:block!important;width:auto!important;padding:0 0 16px!important}
}
@media (prefers-color-scheme:dark){
.canvas{background-color:${dark.canvas}!important}
.card{background-color:${dark.paper}!important}
.panel{background-color:${dark.canvas}!important}
.line{border-color:${dark.line}!important}
.accent-line{border-color:${dark.accent}!important}
.ink{color:${dark.ink}!important}
.muted{color:${dark.muted}!important}
.link{color:${dark.accent}!important}
.button{background-color:${dark.accent}!important;color:${dark.onAccent}!important}
.image{background-color:${light.paper}!important}
.logo{padding:6px 8px!important;background-color:${light.canvas}!important;border-radius:6px}
}`;
