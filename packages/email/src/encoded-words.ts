// https://www.rfc-editor.org/rfc/rfc2047

/** Whether a text holds what could be read as the beginning of an encoded word. */
export const looksEncoded = (text: string): boolean => text.includes("=?");

/** RFC 2047 section 2: at most 75 characters a word, so 45 bytes, and no character cut in two. */
export function encodeWords(text: string): string {
  const words: string[] = [""];
  for (const character of text) {
    const word = (words.at(-1) ?? "") + character;
    if (Buffer.byteLength(word) > 45) words.push(character);
    else words[words.length - 1] = word;
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString("base64")}?=`).join(" ");
}
