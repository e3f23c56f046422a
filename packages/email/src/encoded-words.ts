// https://www.rfc-editor.org/rfc/rfc2047

/** Whether a mailer might take a part of the text for the beginning of an encoded word. */
export const looksEncoded = (text: string): boolean => text.includes("=?");

/**
 * Encodes a text by RFC 2047 section 2: a word has at most 75 characters, which carry 45 bytes. No
 * character is split between two words.
 */
export function encodeWords(text: string): string {
  const words: string[] = [""];
  for (const character of text) {
    const word = (words.at(-1) ?? "") + character;
    if (Buffer.byteLength(word) > 45) words.push(character);
    else words[words.length - 1] = word;
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString("base64")}?=`).join(" ");
}
