/** `1 email`, `2 emails`. @param many default: `one` with an s */
export const count = (number: number, one: string, many = `${one}s`) =>
  `${number} ${number === 1 ? one : many}`;
