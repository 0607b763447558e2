#include "frames.h"

#include <stdlib.h>
#include <string.h>

#include "options.h"

enum { pattern_length = 4 << 20, binary = 0x82, close_opcode = 8, ping_opcode = 9, pong_opcode = 10 };

static const uint8_t mask[4] = {0x9b, 0x31, 0xc4, 0x6e};

ReaderReport report;

const uint8_t *pattern(void) {
  static uint8_t *octets;
  if (octets != NULL) return octets;
  octets = malloc(pattern_length);
  for (size_t i = 0; i < pattern_length; i++) octets[i] = (uint8_t)(i * 167 + (i >> 8) + 11);
  return octets;
}

Frame make_frame(int size) {
  Frame frame = {.bytes = malloc((size_t)size + max_head)};
  uint8_t *to = frame.bytes;
  uint8_t mask_bit = options.raw ? 0 : 0x80;
  *to++ = binary;
  if (size < 126) *to++ = mask_bit | (uint8_t)size;
  else {
    int octets = size < 65536 ? 2 : 8;
    *to++ = mask_bit | (octets == 2 ? 126 : 127);
    for (int i = octets - 1; i >= 0; i--) *to++ = (uint8_t)((uint64_t)size >> (8 * i));
  }
  if (!options.raw) {
    memcpy(to, mask, sizeof mask);
    to += sizeof mask;
  }
  frame.payload_at = (size_t)(to - frame.bytes);
  frame.length = frame.payload_at + (size_t)size;
  frame_write(&frame, 0, pattern(), (size_t)size);
  return frame;
}

void frame_write(Frame *frame, size_t at, const void *bytes, size_t count) {
  const uint8_t *from = bytes;
  for (size_t i = 0; i < count; i++) {
    frame->bytes[frame->payload_at + at + i] = options.raw ? from[i] : from[i] ^ mask[(at + i) & 3];
  }
}

// Octets of the head whose first `fill` octets are known; at least 2 must be.
static size_t head_length(const uint8_t *head) {
  uint8_t size = head[1] & 0x7f;
  return size < 126 ? 2 : size == 126 ? 4 : 10;
}

static uint64_t payload_length(const uint8_t *head, size_t octets) {
  if (octets == 2) return head[1] & 0x7f;
  uint64_t length = 0;
  for (size_t i = 2; i < octets; i++) length = length << 8 | head[i];
  return length;
}

static void finish(Reader *reader, const uint8_t *payload, MessageHandler *handler, void *owner) {
  if (reader->first == binary) return handler(owner, payload, reader->length);
  uint8_t opcode = reader->first & 0x0f;
  if (opcode == close_opcode) report.close_frames++;
  else if (opcode != ping_opcode && opcode != pong_opcode) report.wrong_frames++;
}

static void compare(const Reader *reader, const uint8_t *bytes, size_t count) {
  uint64_t at = reader->length - reader->left;
  if (reader->first != binary || at + count > pattern_length) return;
  if (memcmp(bytes, pattern() + at, count) != 0) report.wrong_octets++;
}

// Returns how much of `bytes` it took.
static size_t take_head(Reader *reader, const uint8_t *bytes, size_t count) {
  size_t taken = 0;
  while (taken < count) {
    reader->head[reader->head_fill++] = bytes[taken++];
    if (reader->head_fill < 2) continue;
    size_t octets = head_length(reader->head);
    if (reader->head_fill < octets) continue;
    if (reader->head[1] & 0x80) report.wrong_frames++; // A server masks nothing.
    reader->first = reader->head[0];
    reader->length = reader->left = payload_length(reader->head, octets);
    break;
  }
  return taken;
}

void reader_push(Reader *reader, const uint8_t *bytes, size_t count, MessageHandler *handler, void *owner) {
  const uint8_t *end = bytes + count;
  while (bytes < end) {
    if (reader->left == 0) {
      bytes += take_head(reader, bytes, (size_t)(end - bytes));
      if (reader->head_fill < 2 || reader->head_fill < head_length(reader->head)) return;
      reader->head_fill = 0;
      if (reader->length == 0) {
        finish(reader, reader->kept, handler, owner);
        continue;
      }
    }
    size_t available = (size_t)(end - bytes);
    size_t piece = available < reader->left ? available : (size_t)reader->left;
    if (report.compare) compare(reader, bytes, piece);
    bool whole = piece == reader->length;
    uint64_t at = reader->length - reader->left;
    if (!whole && reader->length <= kept_payload) memcpy(reader->kept + at, bytes, piece);
    reader->left -= piece;
    if (reader->left == 0) {
      finish(reader, whole ? bytes : reader->length <= kept_payload ? reader->kept : NULL, handler, owner);
    }
    bytes += piece;
  }
}
