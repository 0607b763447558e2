// One function for each kind of load; it prints the result.
#pragma once

void run_echo(void);
void run_fanout(void);
void run_relay(void);
void run_handshakes(void);
void run_idle(void);
