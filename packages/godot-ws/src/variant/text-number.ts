// The numbers of Godot's text form, read as Godot reads them, which is not always the nearest double. Knows no tokens.

const greatest = 2n ** 63n - 1n;
const least = -(2n ** 63n);

/**
 * A run of digits with or without a minus sign. From the twentieth digit on Godot stops at the end of its range; a number
 * of nineteen digits beyond it wraps around. Godot: String.to_int.
 */
export function parseIntText(text: string): number | bigint {
  if (text.length <= 15) return Number(text) + 0;
  const negative = text.startsWith("-");
  let value = 0n;
  for (let i = negative ? 1 : 0; i < text.length; i++) {
    if (value > greatest / 10n) return negative ? least : greatest;
    value = BigInt.asIntN(64, value * 10n + BigInt(text[i]!));
  }
  const signed = BigInt.asIntN(64, negative ? -value : value);
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed;
}

/** Digits of a mantissa that Godot looks at. */
const usedDigits = 18;

/** Exponents beyond this are taken for it. */
const greatestExponent = 511;

const powersOfTen = [1e1, 1e2, 1e4, 1e8, 1e16, 1e32, 1e64, 1e128, 1e256];

const floatParts = /^(-?)(\d*)\.?(\d*)([eE]?)([+-]?)(\d*)$/;

/**
 * Digits with a point, an exponent or both. The digits are taken as a whole number, which is then multiplied or divided by
 * one power of ten: the last bit may differ from the nearest double, and what is below 1e-308 may become 0.
 * Godot: String.to_float.
 */
export function parseFloatText(text: string): number {
  const [, sign, whole = "", decimals = "", e, exponentSign, exponentDigits = ""] =
    floatParts.exec(text) ?? [];
  const mantissa = whole + decimals;
  const used = mantissa.slice(0, usedDigits);
  const high = Number(used.slice(0, -9));
  const fraction = high * 1e9 + Number(used.slice(-9));
  // Without digits behind the e, Godot forgets where the point was: 1.5e is 15.
  if (e !== "" && exponentDigits === "") return sign === "-" ? -fraction : fraction;
  const written = toInt32(exponentDigits);
  const exponent = (whole.length - used.length + (exponentSign === "-" ? -written : written)) | 0;
  const scale = powerOfTen(Math.min(Math.abs(exponent), greatestExponent));
  const magnitude = exponent < 0 ? fraction / scale : fraction * scale;
  return sign === "-" ? -magnitude : magnitude;
}

/** The exponent in 32 bits, as which a very long one wraps around. */
function toInt32(digits: string): number {
  let value = 0;
  for (let i = 0; i < digits.length; i++) value = (value * 10 + Number(digits[i])) | 0;
  return value;
}

/** Multiplied together from the squares, which decides how it is rounded. */
function powerOfTen(exponent: number): number {
  let power = 1;
  for (let i = 0, rest = exponent; rest !== 0; i++, rest >>= 1) {
    if ((rest & 1) === 1) power *= powersOfTen[i]!;
  }
  return power;
}
