import type { Socket } from "node:net";
import type { SmtpAction } from "./action.ts";
import { command } from "./commands.ts";
import { clearMail, type Dialogue, type Exchange, type SessionHost, silent } from "./dialogue.ts";
import { type BodyReader, bodyReader, lineInput } from "./input.ts";
import { finalDot } from "./mail-commands.ts";
import { perform, replyCode } from "./perform.ts";
import { type Wire, wire } from "./wire.ts";

/** Speaks SMTP on one connection. */
export function session(socket: Socket, host: SessionHost): void {
  const { options, record } = host;
  const full = options.record !== "envelopes";
  const input = lineInput();
  let body: BodyReader | undefined;
  // The action that waits in this body, and after how many bytes of it.
  let pendingAction: { readonly action: SmtpAction; readonly atBytes: number } | undefined;
  let busy = true;
  let running = false;
  let ended = false;
  let mailDone = false;
  /** Waiting for the first bytes of a TLS handshake. */
  let awaitingHello = false;
  let idleRound = 0;

  const line: Wire = wire(socket, {
    data: (chunk) => {
      idleRound += 1;
      input.push(chunk);
      run();
    },
    end: () => {
      ended = true;
      if (awaitingHello) line.drop();
      else run();
    },
    close: () => {
      record.open = false;
    },
  });

  const dialogue: Dialogue = {
    options,
    record,
    greeted: false,
    authenticated: false,
    from: undefined,
    to: [],
    next: undefined,
    connection: {
      startBody: () => {
        body = bodyReader(full ? options.size : 65_536);
        const action = host.decide(silent("body"));
        if (action !== undefined)
          pendingAction = { action, atBytes: "afterBytes" in action ? action.afterBytes : 1 };
        if (pendingAction?.atBytes === 0) runPendingAction();
      },
      startTls: () => {
        input.rest();
        dialogue.greeted = dialogue.authenticated = false;
        clearMail(dialogue);
        busy = true;
        line.flush();
        handshake(() => {
          busy = false;
          run();
        });
      },
      end: () => line.drop(),
    },
  };

  /** Takes one step: the script's action, or what a working server does. */
  function take(
    exchange: Exchange,
    done: () => void,
    chosen: SmtpAction | undefined = host.decide(exchange),
  ): void {
    const normal = (): void => {
      const reply = exchange.reply();
      if (reply !== "") {
        line.write(reply);
        exchange.answered?.(replyCode(reply) ?? 0);
      }
      finish();
    };
    const finish = (): void => {
      busy = false;
      exchange.after?.();
      done();
    };
    if (chosen === undefined) {
      normal();
      return;
    }
    busy = true;
    const answered = (code: number): void => exchange.answered?.(code);
    perform(chosen, { wire: line, stopsReading: exchange.step === "body", answered, normal, done: finish });
  }

  function run(): void {
    if (running) return;
    running = true;
    while (!busy && !line.over && !input.empty) {
      if (body !== undefined) {
        read(body);
        continue;
      }
      const text = input.line();
      if (text === undefined) break;
      if (full) record.commands.push(text);
      const exchange = command(text, dialogue);
      if (typeof exchange === "string") line.write(exchange);
      else take(exchange, run);
    }
    running = false;
    if (line.over) return;
    line.flush();
    if (busy) return;
    if (ended) line.drop();
    else if (mailDone && input.empty) idle();
  }

  function read(reader: BodyReader): void {
    const chunk = input.rest();
    const left = (pendingAction?.atBytes ?? Number.POSITIVE_INFINITY) - reader.bytes;
    const part = chunk.length > left ? chunk.subarray(0, left) : chunk;
    const before = reader.bytes;
    const next = reader.push(part);
    record.bodyBytes += reader.bytes - before;
    if (next >= 0 || part !== chunk) input.unread(chunk.subarray(next >= 0 ? next : part.length));
    if (next >= 0) dot(reader);
    else if (pendingAction !== undefined && reader.bytes >= pendingAction.atBytes) runPendingAction();
  }

  function runPendingAction(): void {
    const action = pendingAction?.action;
    pendingAction = undefined;
    if (action === undefined) return;
    take(silent("body"), run, action);
  }

  function dot(reader: BodyReader): void {
    body = undefined;
    pendingAction = undefined;
    const { exchange, action } = finalDot(reader, dialogue, host, () => {
      mailDone = true;
    });
    // Decided already: without an action the script is not asked again.
    if (action !== undefined) {
      take(exchange, run, action);
      return;
    }
    line.write(exchange.reply());
    exchange.after?.();
  }

  function idle(): void {
    mailDone = false;
    const action = host.decide(silent("idle"));
    if (action === undefined) return;
    idleRound += 1;
    const round = idleRound;
    const later = (delayMs: number, next: () => void): void =>
      line.later(delayMs, () => round === idleRound && next());
    const flush = (): void => void line.flush();
    const wire = { ...line, later };
    perform(action, { wire, stopsReading: false, answered: flush, normal: flush, done: flush });
  }

  function handshake(ready: () => void): void {
    const begin = (): void =>
      line.upgrade(host.secureContext(), (version) => {
        record.secure = true;
        record.tlsVersion = version;
        ready();
      });
    if (ended) {
      line.drop();
      return;
    }
    awaitingHello = true;
    line.onceReadable(() => {
      awaitingHello = false;
      take(silent("tls", begin), () => line.flush());
    });
  }

  const greet = (): void => {
    const greeting = `220 ${options.name ?? "localhost"} ESMTP\r\n`;
    take({ step: "greeting", line: "", reply: () => greeting }, run);
    line.flush();
  };
  take(silent("connect"), () => {
    line.flush();
    if (options.secure !== true) return greet();
    busy = true;
    handshake(greet);
  });
}
