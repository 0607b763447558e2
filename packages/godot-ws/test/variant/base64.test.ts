import { describe, expect, it } from "vitest";
import { decodeBase64 } from "../../src/variant/base64.ts";

describe("decodeBase64", () => {
  it("every octet at every place", () => {
    for (let length = 0; length <= 260; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff);
      expect(decodeBase64(Buffer.from(bytes).toString("base64"))).toEqual(bytes);
    }
  });

  it.each(["AQ\nID", "AQID\r\n", "AQ  \nID", "AQID  ", "AQI\n=".replace("=", "D")])("blanks: %j", (text) => {
    expect(decodeBase64(text)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it.each([
    "A",
    "AQ",
    "AQI",
    "A===",
    "====",
    "=AQI",
    "AQ=D",
    "AQI=AQID",
    "AQ\rID",
    "A Q I D",
    " AQID",
    "AQ\tID",
    "-_-_",
    "AQé=",
  ])("refuses %j", (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });

  it("many blanks take no longer than they are long", () => {
    expect(decodeBase64(`${" ".repeat(1e6)}A`)).toBeUndefined();
  });
});
