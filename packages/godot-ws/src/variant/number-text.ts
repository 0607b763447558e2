// Numbers as Godot prints them: for people (`str`), with a fixed count of decimals, and for files (`var_to_str`), so that
// they are read back as they were. Knows no values but numbers.

import { shortDecimal } from "./short-decimal.ts";

/** A float as `str` prints it: `1.0`, `0.33333333333333`. Godot: String.num_real of a double. */
export function formatFloat(value: number): string {
  return formatNumber(value, 14, ".0");
}

/** A 32-bit component as `str` prints it: `0.1`, `123456.8`. Godot: String.num_real of a float. */
export function formatReal(value: number): string {
  return formatNumber(Math.fround(value), 6, ".0");
}

/** The same without `.0` behind whole numbers, as a Plane's distance and the components of a Quaternion are printed. */
export function formatBareReal(value: number): string {
  return formatNumber(Math.fround(value), 6, "");
}

/** A component of a Color as `str` prints it: up to four decimals. */
export function formatColorComponent(value: number): string {
  return formatDecimals(Math.fround(value), 4);
}

/** A float as `var_to_str` prints it: `1.0`, `1e+20`, `inf_neg`. Zero has no sign. */
export function formatFloatLiteral(value: number): string {
  const text = formatComponentLiteral(value);
  return /[.ein]/.test(text) ? text : `${text}.0`;
}

/**
 * A float within a longer literal as `var_to_str` prints it: as `formatFloatLiteral` without `.0`. What 32 bits can hold
 * gets only the digits that tell it from its neighbours with 32 bits.
 */
export function formatComponentLiteral(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (value === Number.POSITIVE_INFINITY) return "inf";
  if (value === Number.NEGATIVE_INFINITY) return "inf_neg";
  if (value === 0) return "0";
  const sign = value < 0 ? "-" : "";
  return sign + formatShort(Math.abs(value));
}

/** Below this, whole numbers are their own shortest digits. */
const plainIntegers = 1e6;

/** Numbers of up to so many digits before the point are written without an exponent. */
const mostWholeDigits = 15;

/** Numbers with up to so many zeros behind the point, also. */
const mostLeadingZeros = 3;

function formatShort(value: number): string {
  if (value < plainIntegers && Number.isInteger(value)) return String(value);
  const { digits, exponent } = shortDecimal(value, Math.fround(value) === value);
  // Where the decimal point is, counted from the first digit.
  const point = digits.length + exponent;
  if (exponent >= 0 && point <= mostWholeDigits) return digits.padEnd(point, "0");
  if (point > 0 && point <= mostWholeDigits) return `${digits.slice(0, point)}.${digits.slice(point)}`;
  if (point <= 0 && point >= -mostLeadingZeros) return `0.${"0".repeat(-point)}${digits}`;
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  return `${mantissa}e${point > 0 ? "+" : "-"}${String(Math.abs(point - 1)).padStart(2, "0")}`;
}

/** With fewer decimals the more digits there are before the point; what stands behind whole numbers is said. */
function formatNumber(value: number, decimals: number, behindWhole: string): string {
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) return BigInt(value) + behindWhole;
  const magnitude = Math.abs(value);
  return formatDecimals(value, magnitude > 10 ? decimals - Math.floor(Math.log10(magnitude)) : decimals);
}

/** Up to so many decimals, and at least one if any are asked for. Godot: String.num. */
function formatDecimals(value: number, decimals: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const fixed = roundToDecimals(Math.abs(value), decimals < 0 ? 6 : decimals);
  // The quotient has the sign of -0, too.
  return (1 / value < 0 ? "-" : "") + fixed.replace(/(\.\d+?)0+$/, "$1");
}

/** As the C library's `%f`: exact, and half-way cases go to the even digit, where `toFixed` goes up. */
function roundToDecimals(magnitude: number, decimals: number): string {
  // From here on `toFixed` would write an exponent; such numbers are whole.
  if (magnitude >= 1e21) return `${BigInt(magnitude)}.0`;
  const rounded = magnitude.toFixed(decimals);
  // Half-way between two texts of that length are just the odd multiples of this power of two.
  const halves = magnitude * 2 ** (decimals + 1);
  const isHalfWay = Number.isInteger(halves) && halves % 2 === 1;
  if (!isHalfWay || Number(rounded.at(-1)) % 2 === 0) return rounded;
  return magnitude.toFixed(decimals + 1).slice(0, decimals === 0 ? -2 : -1);
}
