#define _GNU_SOURCE
#include "clients.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "options.h"

enum { max_events = 1024, receive_octets = 256 << 10, batch_octets = 16 << 10, ports_an_address = 20000 };

Client *clients;
uint64_t received, lost, read_at;

static int poller, timer, client_count;
static MessageHandler *on_message;
static struct {
  uint8_t *bytes;
  size_t frame, length;
} batch;

// Frames in a row, so that one system call can send many. The stream repeats itself every frame.
void clients_use_frame(Frame frame) {
  size_t count = frame.length < batch_octets ? batch_octets / frame.length : 1;
  batch.frame = frame.length;
  batch.length = frame.length * count;
  batch.bytes = malloc(batch.length);
  for (size_t i = 0; i < count; i++) memcpy(batch.bytes + i * frame.length, frame.bytes, frame.length);
}

int open_socket(int index, bool blocking) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (blocking ? 0 : SOCK_NONBLOCK), 0), on = 1;
  if (fd < 0) fail("socket");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  uint32_t host = 0x7f000002u + (uint32_t)(index / ports_an_address % 200);
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(host)};
  struct sockaddr_in to = {.sin_family = AF_INET,
                           .sin_port = htons((uint16_t)options.port),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0) fail("bind");
  if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) fail("connect");
  errno = 0;
  return fd;
}

int write_request(char *text, int room) {
  return snprintf(text, 512,
                  "GET /rooms/%d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                  room, options.port);
}

bool is_accepted(const char *text) {
  return strncmp(text, "HTTP/1.1 101", 12) == 0 && strstr(text, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != NULL;
}

static void shake_hands(Client *client, int room) {
  char text[4096];
  int length = write_request(text, room);
  if (write(client->fd, text, (size_t)length) != length) fail("the request could not be written");
  size_t fill = 0;
  char *end = NULL;
  while (end == NULL) {
    ssize_t count = read(client->fd, text + fill, sizeof text - 1 - fill);
    if (count <= 0) fail("no answer to the handshake");
    fill += (size_t)count;
    text[fill] = 0;
    end = strstr(text, "\r\n\r\n");
  }
  if (!is_accepted(text)) fail("the handshake was refused");
  size_t head = (size_t)(end + 4 - text);
  reader_push(&client->reader, (uint8_t *)text + head, fill - head, on_message, client);
}

void clients_connect(int count, MessageHandler *handler, int (*room_of)(int index)) {
  poller = epoll_create1(EPOLL_CLOEXEC);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct epoll_event timer_event = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL};
  epoll_ctl(poller, EPOLL_CTL_ADD, timer, &timer_event);
  on_message = handler;
  client_count = count;
  clients = calloc((size_t)count, sizeof *clients);
  for (int i = 0; i < count; i++) {
    Client *client = &clients[i];
    int room = room_of == NULL ? 0 : room_of(i);
    client->index = i;
    client->fd = open_socket(i, true);
    if (!options.raw) shake_hands(client, room);
    else if (room_of != NULL) {
      uint8_t hello[4] = {0x82, 2, (uint8_t)room, (uint8_t)(room >> 8)};
      if (write(client->fd, hello, sizeof hello) != sizeof hello) fail("the room could not be told");
    }
    fcntl(client->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    epoll_ctl(poller, EPOLL_CTL_ADD, client->fd, &event);
  }
}

static void lose(Client *client) {
  client->gone = true;
  client->owed = 0;
  lost++;
  epoll_ctl(poller, EPOLL_CTL_DEL, client->fd, NULL);
}

static void write_owed(Client *client) {
  while (client->owed > 0) {
    size_t count = batch.length - client->position;
    if (count > client->owed) count = (size_t)client->owed;
    ssize_t sent = send(client->fd, batch.bytes + client->position, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) return lose(client);
    client->owed -= (uint64_t)sent;
    client->position = (client->position + (size_t)sent) % batch.frame;
  }
  bool wants_write = client->owed > 0;
  if (wants_write == client->wants_write) return;
  client->wants_write = wants_write;
  struct epoll_event event = {.events = EPOLLIN | (wants_write ? EPOLLOUT : 0), .data.ptr = client};
  epoll_ctl(poller, EPOLL_CTL_MOD, client->fd, &event);
}

void clients_owe(Client *client, uint64_t messages) {
  if (!client->gone) client->owed += messages * batch.frame;
}

void clients_send(Client *client, uint64_t messages) {
  clients_owe(client, messages);
  write_owed(client);
}

static void read_some(Client *client) {
  static uint8_t buffer[receive_octets];
  ssize_t count = recv(client->fd, buffer, sizeof buffer, 0);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) return lose(client);
  read_at = nanoseconds_now();
  reader_push(&client->reader, buffer, (size_t)count, on_message, client);
  // The answers to all of it leave together.
  if (client->owed > 0 && !client->wants_write) write_owed(client);
}

void clients_serve(int timeout_ms, uint64_t wake_at) {
  struct epoll_event events[max_events];
  if (wake_at != 0) {
    struct itimerspec at = {.it_value = {(time_t)(wake_at / 1000000000u), (long)(wake_at % 1000000000u)}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
  }
  int count = epoll_wait(poller, events, max_events, timeout_ms);
  for (int i = 0; i < count; i++) {
    Client *client = events[i].data.ptr;
    if (client == NULL) continue;
    if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_some(client);
    if ((events[i].events & EPOLLOUT) && !client->gone) write_owed(client);
  }
}

void clients_print_spread(void) {
  uint64_t least = UINT64_MAX, most = 0;
  for (int i = 0; i < client_count; i++) {
    if (clients[i].received < least) least = clients[i].received;
    if (clients[i].received > most) most = clients[i].received;
  }
  printf(",\"least\":%lu,\"most\":%lu,\"lost\":%lu,\"wrong\":%lu", least, most, lost,
         report.wrong_frames + report.wrong_octets + report.close_frames);
}
