// The contract of clients, on Node's sockets. In a page and in a worker it is run by browser/library.test.ts.

import * as library from "godot-ws";
import { afterAll, beforeAll, describe, test } from "vitest";
import { clientContract } from "./client.contract.ts";
import { type ContractServers, startContractServers } from "./client-contract-server.ts";

describe("clients on Node's sockets", () => {
  let servers: ContractServers;
  beforeAll(async () => {
    servers = await startContractServers();
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  test.each(Object.entries(clientContract))("%s", (_, check) => check(library, servers));
});
