// Texts as they stand between quotation marks. Knows no values.

const names: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "'": "\\'",
  '"': '\\"',
};

/** On one line, as a StringName or a NodePath is written, and texts within arrays that are printed. Godot: c_escape. */
export function escapeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those that have a name
  return text.replace(/[\\\x07\b\f\n\r\t\v'"]/g, (character) => names[character]!);
}

/** With its line breaks and all but two characters as they are, as a String is written. Godot: c_escape_multiline. */
export function escapeTextOfLines(text: string): string {
  return text.replace(/[\\"]/g, "\\$&");
}
