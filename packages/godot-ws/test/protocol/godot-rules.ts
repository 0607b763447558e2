// What Godot 4 takes for an opening handshake, told once more as plainly as can be, to measure what we send. It is far
// stricter than HTTP in some things and looser in others.

/** Its reading of the lines behind the first; undefined when it gives up. */
function readFields(lines: readonly string[]): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1);
    // Both parts must have something in them, be it a blank.
    if (colon < 1 || value === "") return undefined;
    const before = fields.get(name);
    fields.set(name, before === undefined ? value.trim() : `${before},${value.trim()}`);
  }
  return fields;
}

function readLines(text: string): string[] | undefined {
  if (Buffer.byteLength(text) > 4096 || text.indexOf("\r\n\r\n") !== text.length - 4) return undefined;
  return text.slice(0, -4).split("\r\n");
}

/** Whether a Godot client goes on after this answer; `accept` is what it has worked out from its key. */
export function godotClientTakes(text: string, accept: string, requested: readonly string[]): boolean {
  const lines = readLines(text);
  if (lines === undefined || lines.length < 4) return false;
  const [version, status] = lines[0]!.split(" ");
  if (version !== "HTTP/1.1" || status !== "101") return false;
  const fields = readFields(lines.slice(1));
  if (fields === undefined) return false;
  if (fields.get("connection")?.toLowerCase() !== "upgrade") return false;
  if (fields.get("upgrade")?.toLowerCase() !== "websocket") return false;
  if (fields.get("sec-websocket-accept") !== accept) return false;
  const protocol = fields.get("sec-websocket-protocol");
  return requested.length === 0
    ? protocol === undefined
    : protocol !== undefined && requested.includes(protocol);
}

/** The subprotocol ("" for none) with which a Godot server takes this request, or undefined when it refuses. */
export function godotServerTakes(text: string, supported: readonly string[]): string | undefined {
  const lines = readLines(text);
  if (lines === undefined || lines.length < 4) return undefined;
  const request = lines[0]!.split(" ");
  if (request.length < 3 || request[0] !== "GET" || request[2] !== "HTTP/1.1") return undefined;
  const fields = readFields(lines.slice(1));
  if (fields === undefined) return undefined;
  if (fields.get("upgrade")?.toLowerCase() !== "websocket") return undefined;
  if (fields.get("sec-websocket-version") !== "13") return undefined;
  if (!fields.has("sec-websocket-key") || !fields.has("connection")) return undefined;
  const offered = fields.get("sec-websocket-protocol");
  if (supported.length === 0) return offered === undefined ? "" : undefined;
  // Split at the bare comma: blanks would stay in the names.
  return offered?.split(",").find((protocol) => supported.includes(protocol));
}
