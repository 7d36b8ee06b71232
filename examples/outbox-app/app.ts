import type { Outbox } from "@relais/outbox";
import Fastify, { type FastifyInstance } from "fastify";
import { type NewOrder, OutOfStock, placeOrder, readOrder } from "./orders.ts";

const newOrder = {
  type: "object",
  required: ["item", "email"],
  additionalProperties: false,
  properties: { item: { type: "string", minLength: 1 }, email: { type: "string", minLength: 3 } },
};
const orderId = { type: "object", properties: { id: { type: "integer", minimum: 1 } } };

/** The shop uses the outbox. It has no code for SMTP or SES. */
export function createApp(outbox: Outbox): FastifyInstance {
  const app = Fastify();

  app.post<{ Body: NewOrder }>("/orders", { schema: { body: newOrder } }, async ({ body }, reply) => {
    try {
      const { id } = await placeOrder(outbox, body);
      return reply.code(201).send({ id });
    } catch (error) {
      if (!(error instanceof OutOfStock)) throw error;
      return reply.code(409).send({ error: error.message });
    }
  });

  app.get<{ Params: { id: number } }>(
    "/orders/:id",
    { schema: { params: orderId } },
    async (request, reply) => {
      const found = await readOrder(outbox, request.params.id);
      if (found === undefined) return reply.code(404).send({ error: "there is no such order" });
      const { order, mail } = found;
      return {
        id: order.id,
        item: order.item,
        mail: { state: mail?.state, provider: mail?.provider, trace: mail?.deliveryTrace.attempts },
      };
    },
  );

  return app;
}
