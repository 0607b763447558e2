// Texts as they stand between quotation marks. Knows no values.

/** The letters for the characters from 7 on. */
const letters = "abtnvfr";

// biome-ignore lint/suspicious/noControlCharactersInRegex: those that have a letter
const escaped = /[\\'"\x07-\r]/g;

/** On one line, as a StringName or a NodePath is written, and texts within arrays that are printed. Godot: c_escape. */
export function escapeText(text: string): string {
  return text.replace(escaped, (character) => `\\${letters[character.charCodeAt(0) - 7] ?? character}`);
}

/** With its line breaks and all but two characters as they are, as a String is written. Godot: c_escape_multiline. */
export function escapeTextOfLines(text: string): string {
  return text.replace(/[\\"]/g, "\\$&");
}
