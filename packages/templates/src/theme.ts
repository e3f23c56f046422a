import { brand } from "@repo/brand";

/** Sizes in pixels: emails have no reliable rem. */
export const theme = {
  colors: brand.colors,
  // No quotes around the names: they would be written as &quot; in every style attribute.
  font: "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif",
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
@media (max-width:480px){.card{padding:28px 24px 32px!important}}
@media (prefers-color-scheme:dark){
.canvas,.canvas>table>tbody>tr>td{background-color:${dark.canvas}!important}
.card{background-color:${dark.paper}!important;border-color:${dark.line}!important}
.ink{color:${dark.ink}!important}
.muted{color:${dark.muted}!important}
.link{color:${dark.accent}!important}
.button{background-color:${dark.accent}!important;color:${dark.onAccent}!important}
.image{background-color:${light.paper}!important}
.logo{padding:6px 8px!important;background-color:${light.canvas}!important;border-radius:6px}
}`;
