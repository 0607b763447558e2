/** Random values between Godot 4.6 as its web build and us; the native engines exchange more of them. */

import { describeExchange } from "./variant/exchange.ts";

describeExchange("web", { count: 1000, generation: 4, project: "variant-exchange" });
