// WebSocket frames as far as a generator of load needs them: one client's masked frame, and a reader of a server's.
// In raw mode the same frames go over plain TCP without masks; what is left of them is a length before each message.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { max_head = 14, kept_payload = 512 };

typedef struct {
  uint8_t *bytes;
  size_t length;
  size_t payload_at;
} Frame;

/** The octets that a message of any size is made of; message content is compared with it. */
const uint8_t *pattern(void);

Frame make_frame(int size);
/** Overwrites `count` octets of the payload, masked as the frame is. */
void frame_write(Frame *frame, size_t at, const void *bytes, size_t count);

typedef struct {
  uint8_t head[max_head];
  uint8_t head_fill;
  uint8_t first; // octet of the head: FIN and opcode
  uint8_t kept[kept_payload];
  uint64_t length, left;
} Reader;

/** `payload` is NULL for a message that came in pieces and was too long to keep. */
typedef void MessageHandler(void *owner, const uint8_t *payload, uint64_t length);

/** What a reader saw that is not a binary message. */
typedef struct {
  uint64_t wrong_frames, wrong_octets, close_frames;
  bool compare; // contents, with the pattern
} ReaderReport;

extern ReaderReport report;

void reader_push(Reader *reader, const uint8_t *bytes, size_t count, MessageHandler *handler, void *owner);
