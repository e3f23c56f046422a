/** WCAG 2.2, 1.4.3, for text of any size: the contrast must be more. */
export const ENOUGH = 4.5;

/** The ratio of two colours like "#1b1f27" (WCAG 2.2, contrast ratio). */
export function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** Whether it is written as brand.json has its colours. */
export function isColor(color: string): boolean {
  return /^#[\da-f]{6}$/i.test(color);
}

/** Red, green and blue, 0 to 255. */
export function channels(color: string): [number, number, number] {
  if (!isColor(color)) {
    throw new Error(
      `Write the colour "${color}" as #rrggbb, such as #1f5fd6. The brand's colours are in packages/brand/brand.json.`,
    );
  }
  const at = (start: number) => Number.parseInt(color.slice(start, start + 2), 16);
  return [at(1), at(3), at(5)];
}

function luminance(color: string): number {
  const [r, g, b] = channels(color).map((value) => {
    const channel = value / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
