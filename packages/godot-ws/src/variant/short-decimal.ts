// Decimal digits that are read back as the same number, few of them: by Grisu2, as Godot does, since in a few cases of a
// thousand its digits are not the shortest ones, which are what JavaScript prints. Knows no text forms.
//
// The method: Florian Loitsch, "Printing Floating-Point Numbers Quickly and Accurately with Integers" (2010).

export interface ShortDecimal {
  /** Without leading zeros. */
  readonly digits: string;
  /** The value is digits · 10^exponent. */
  readonly exponent: number;
}

/** A number as significand · 2^exponent, the significand below 2^64. */
interface Scaled {
  readonly significand: bigint;
  readonly exponent: number;
}

const doubles = new Float64Array(1);
const doubleBits = new BigUint64Array(doubles.buffer);
const singles = new Float32Array(1);
const singleBits = new Uint32Array(singles.buffer);

/** The digits of a finite number above 0, as one with 32 bits (`single`, which then holds it exactly) or with 64. */
export function shortDecimal(value: number, single: boolean): ShortDecimal {
  const { low, exact, high } = boundaries(value, single);
  const power = powerFor(exact.exponent);
  // One unit less on either side, for what the product is off.
  const top = multiply(high, power.scaled) - 1n;
  const bottom = multiply(low, power.scaled) + 1n;
  const target = multiply(exact, power.scaled);
  return generate(
    top,
    top - bottom,
    top - target,
    exact.exponent + power.scaled.exponent + 64,
    -power.decimal,
  );
}

/** The number and the ends of the interval that is rounded to it, with one exponent and the upper end normalised. */
function boundaries(value: number, single: boolean): { low: Scaled; exact: Scaled; high: Scaled } {
  const { significand, exponent, isPowerOfTwo } = takeApart(value, single);
  const shift = 64 - (2n * significand + 1n).toString(2).length;
  const by = BigInt(shift);
  const scaled = (halves: bigint): Scaled => ({ significand: halves << by, exponent: exponent - 1 - shift });
  // Below a power of two, neighbours are half as far apart.
  const low = isPowerOfTwo
    ? { significand: (4n * significand - 1n) << (by - 1n), exponent: exponent - 1 - shift }
    : scaled(2n * significand - 1n);
  return { low, exact: scaled(2n * significand), high: scaled(2n * significand + 1n) };
}

function takeApart(value: number, single: boolean): Scaled & { isPowerOfTwo: boolean } {
  doubles[0] = value;
  singles[0] = value;
  const bits = single ? BigInt(singleBits[0]!) : doubleBits[0]!;
  const width = single ? 23 : 52;
  const fraction = BigInt.asUintN(width, bits);
  const biased = Number(bits >> BigInt(width));
  const bias = (single ? 127 : 1023) + width;
  if (biased === 0) return { significand: fraction, exponent: 1 - bias, isPowerOfTwo: false };
  return {
    significand: fraction + (1n << BigInt(width)),
    exponent: biased - bias,
    isPowerOfTwo: fraction === 0n && biased > 1,
  };
}

/** Digits from the top of the interval on until what is left lies within it, the last one then moved towards the number. */
function generate(
  top: bigint,
  width: bigint,
  distance: bigint,
  binaryExponent: number,
  decimalExponent: number,
): ShortDecimal {
  const fractionBits = BigInt(-binaryExponent);
  const whole = (top >> fractionBits).toString();
  let digits = "";
  let rest = top;
  for (let i = 0; i < whole.length; i++) {
    const exponent = whole.length - 1 - i;
    const unit = (10n ** BigInt(exponent)) << fractionBits;
    digits += rest / unit;
    rest %= unit;
    if (rest <= width) {
      return approach(digits, decimalExponent + exponent, { distance, width, rest, unit });
    }
  }
  const unit = 1n << fractionBits;
  let scale = 1n;
  let exponent = decimalExponent;
  do {
    rest *= 10n;
    scale *= 10n;
    exponent -= 1;
    digits += rest >> fractionBits;
    rest &= unit - 1n;
  } while (rest > width * scale);
  return approach(digits, exponent, { distance: distance * scale, width: width * scale, rest, unit });
}

interface Remainder {
  /** From the top of the interval down to the number. */
  readonly distance: bigint;
  /** From the top of the interval down to its end. */
  readonly width: bigint;
  /** From the top of the interval down to the digits. */
  readonly rest: bigint;
  /** What one less in the last digit makes. */
  readonly unit: bigint;
}

function approach(
  digits: string,
  exponent: number,
  { distance, width, rest, unit }: Remainder,
): ShortDecimal {
  let last = Number(digits.at(-1));
  let below = rest;
  while (
    below < distance &&
    width - below >= unit &&
    (below + unit < distance || distance - below > below + unit - distance)
  ) {
    last -= 1;
    below += unit;
  }
  return { digits: digits.slice(0, -1) + last, exponent };
}

/** The upper 64 bits of the product, rounded. */
function multiply(a: Scaled, b: Scaled): bigint {
  return (a.significand * b.significand + (1n << 63n)) >> 64n;
}

interface PowerOfTen {
  readonly scaled: Scaled;
  readonly decimal: number;
}

const powers = new Map<number, PowerOfTen>();

/** Powers of ten come in steps of so many decimal places, counted from the least one. */
const step = 8;
const leastPower = -300;

/** A power of ten that brings numbers with this exponent to one from -60 to -32. */
function powerFor(exponent: number): PowerOfTen {
  const wanted = -61 - exponent;
  // log10(2), and up: 78913 / 2^18.
  const digits = Math.trunc((wanted * 78913) / 2 ** 18) + (wanted > 0 ? 1 : 0);
  const decimal = leastPower + Math.trunc((digits - leastPower + step - 1) / step) * step;
  let power = powers.get(decimal);
  if (power === undefined) {
    power = { scaled: powerOfTen(decimal), decimal };
    powers.set(decimal, power);
  }
  return power;
}

/** 10^decimal rounded to 64 bits. */
function powerOfTen(decimal: number): Scaled {
  const power = 10n ** BigInt(Math.abs(decimal));
  const length = power.toString(2).length;
  if (decimal >= 0) return roundTo64(power, length, 0);
  // 2^(length + 127) / 10^n has 128 bits, which is enough to round from.
  const quotient = (1n << BigInt(length + 127)) / power;
  return roundTo64(quotient, quotient.toString(2).length, -(length + 127));
}

function roundTo64(value: bigint, length: number, exponent: number): Scaled {
  const surplus = length - 64;
  if (surplus <= 0) return { significand: value << BigInt(-surplus), exponent: exponent + surplus };
  const significand = (value + (1n << BigInt(surplus - 1))) >> BigInt(surplus);
  return { significand, exponent: exponent + surplus };
}
