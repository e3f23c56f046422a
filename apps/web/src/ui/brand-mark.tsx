import { type Brand, publicPath } from "@repo/brand";

const PLANE = "M7 16 25 8l-6 17-4-7z";

/** The brand at the head of a page: its logo, or a drawn mark and the name. */
export function BrandMark({ brand: { name, logo } }: { brand: Brand }) {
  if (logo) {
    const { file, width, height } = logo;
    return <img src={publicPath(file)} alt={name} width={width} height={height} />;
  }
  return (
    <>
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" />
        <path d={PLANE} />
      </svg>
      {name}
    </>
  );
}

/** The same in a browser's tab. */
export function Favicon({ brand: { logo, colors } }: { brand: Brand }) {
  const drawn = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${colors.accent}"/><path d="${PLANE}" fill="${colors.onAccent}"/></svg>`;
  const href = logo ? publicPath(logo.file) : `data:image/svg+xml,${encodeURIComponent(drawn)}`;
  return <link rel="icon" href={href} />;
}
