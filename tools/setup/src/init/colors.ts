import { ENOUGH, channels, contrast } from "@repo/brand/contrast";
import { SetupError } from "../error.ts";

interface Scheme {
  ink: string;
  paper: string;
  canvas: string;
  accent: string;
  onAccent: string;
}

/** The part of brand.json that follows from the brand's colour. */
export interface Schemes {
  colors: Scheme;
  darkColors: Scheme;
}

// Roughly the contrast of the starter's links. With the least that WCAG asks, links are hard to
// read in the dark.
const ENOUGH_IN_THE_DARK = 7;

/**
 * Gives a brand another colour, in light and in dark.
 *
 * @param accent "#rrggbb"
 * @throws SetupError with a readable shade, if text of this colour could not be read
 */
export function withAccent<T extends Schemes>(brand: T, accent: string): T {
  const { colors, darkColors } = brand;
  const light = [colors.paper, colors.canvas];
  const shade = until(accent, "#000000", (color) => isReadable(color, light, ENOUGH));
  if (shade !== accent) {
    throw new SetupError(
      `Links in ${accent} cannot be read on ${colors.paper}: their contrast must be more than ${ENOUGH} (WCAG 2.2, 1.4.3). This shade of it can be read: ${shade}`,
    );
  }
  const dark = [darkColors.paper, darkColors.canvas];
  const tint = until(accent, "#ffffff", (color) => isReadable(color, dark, ENOUGH_IN_THE_DARK));
  return {
    ...brand,
    colors: { ...colors, accent, onAccent: best([colors.paper, colors.ink], accent) },
    darkColors: {
      ...darkColors,
      accent: tint,
      onAccent: best([mix(accent, "#000000", 0.75), darkColors.canvas], tint),
    },
  };
}

/** The colour mixed with as little of another one as the test needs. */
function until(color: string, other: string, passes: (mixed: string) => boolean): string {
  for (let share = 0; share < 1; share += 0.02) {
    const mixed = share === 0 ? color : mix(color, other, share);
    if (passes(mixed)) return mixed;
  }
  return other;
}

const isReadable = (color: string, grounds: string[], enough: number) =>
  grounds.every((ground) => contrast(color, ground) > enough);

const best = (colors: [string, string], ground: string) =>
  contrast(colors[0], ground) > ENOUGH ? colors[0] : colors[1];

function mix(color: string, other: string, share: number): string {
  const added = channels(other);
  const mixed = channels(color).map((value, index) =>
    Math.round(value * (1 - share) + (added[index] ?? 0) * share),
  );
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
