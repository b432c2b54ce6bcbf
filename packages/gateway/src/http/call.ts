import { DIALECTS } from '@postern/dialects';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import type { GatewayKeyId } from '@postern/protocol';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHead } from '../admit/request-head.ts';
import type { Slots } from '../admit/slots.ts';
import { applyEdits, renameModel, requestUsage, type Edit } from '../body/edit-body.ts';
import { asksForUsage, readRequestBody, type RequestBody } from '../body/request-body.ts';
import type { GatewayFailure } from '../failure.ts';
import { upstreamHeaders } from '../headers/upstream-headers.ts';
import { AnswerMeter } from '../meter/answer-meter.ts';
import type { GatewayDeps } from '../ports.ts';
import { chooseProvider, type Choice } from '../route/choose-provider.ts';
import type { CallRoute } from '../route/routes.ts';
import { discardBody, readBody, type ReadFailure } from './read-body.ts';
import { Relay, type Settlement } from './relay.ts';
import { sendFailure } from './send-failure.ts';

/** One admitted request on its way to an upstream and back. */
export interface CallInput {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly head: RequestHead;
  readonly keyId: GatewayKeyId;
  readonly route: CallRoute;
  readonly query: string;
}

/** Slot → body → provider → key → upstream → client → record; each step is a method below. */
export class Call {
  readonly #deps: GatewayDeps;
  readonly #slots: Slots;
  readonly #input: CallInput;
  readonly #atMs: number;
  readonly #startedMs: number;
  #relay: Relay | undefined;
  #leaveQueue: (() => void) | undefined;
  #hasSlot = false;
  #over = false;

  constructor(deps: GatewayDeps, slots: Slots, input: CallInput) {
    this.#deps = deps;
    this.#slots = slots;
    this.#input = input;
    this.#atMs = deps.clock.nowMs();
    this.#startedMs = deps.clock.monotonicMs();
  }

  start(): void {
    const { head } = this.#input;
    if ((head.contentLength ?? 0) > this.#deps.limits.maxBodyBytes) {
      this.#fail({ reason: 'body-too-large' });
    } else if (head.encoded) this.#fail({ reason: 'body-encoded' });
    else if (this.#deps.usage.isFull()) this.#fail({ reason: 'store-unavailable' });
    else if (this.#slots.take()) this.#onSlot(true);
    else {
      this.#leaveQueue = this.#slots.wait((given) => {
        this.#onSlot(given);
      });
      if (this.#leaveQueue === undefined) this.#fail({ reason: 'overloaded' });
    }
  }

  /** The response has closed: the answer is out, or the client has left. */
  close(): void {
    this.#over = true;
    this.#leaveQueue?.();
    this.#relay?.close();
    if (this.#hasSlot) this.#slots.release();
    this.#hasSlot = false;
  }

  /** Ends the call from our side, whatever step it is at. */
  stop(failure: GatewayFailure): void {
    if (this.#over) return;
    if (this.#relay === undefined) this.#fail(failure);
    else this.#relay.stop(failure);
  }

  #onSlot(given: boolean): void {
    this.#leaveQueue = undefined;
    if (!given) {
      this.#fail({ reason: 'overloaded' });
      return;
    }
    this.#hasSlot = true;
    readBody(this.#input.request, this.#deps.limits, (bytes) => {
      if (this.#over) return;
      // The outermost frame of what runs after the body: a fault here must not end other calls.
      this.#proceed(bytes).catch(() => {
        this.stop({ reason: 'internal' });
      });
    });
  }

  async #proceed(bytes: Result<Buffer, ReadFailure>): Promise<void> {
    const body = bytes.ok ? readRequestBody(bytes.value) : bytes;
    if (!body.ok) {
      this.#fail(body.failure);
      return;
    }
    const { providers, defaultProvider } = this.#deps;
    const { dialect } = this.#input.route;
    const choice = chooseProvider(body.value.model.name, dialect, providers, defaultProvider);
    if (!choice.ok) {
      this.#fail(choice.failure);
      return;
    }
    const key = await this.#upstreamKey(choice.value);
    if (this.#over) return;
    if (key.ok) this.#exchange(body.value, choice.value, key.value);
    else this.#fail(key.failure);
  }

  async #upstreamKey({ provider }: Choice): Promise<Result<Secret | undefined, GatewayFailure>> {
    if (provider.auth === 'none') return ok();
    const key = await this.#deps.upstreamKeys.keyFor(provider);
    if (!key.ok) return failed({ reason: `vault-${key.failure.reason}` });
    return key.value === undefined ? failed({ reason: 'upstream-key-missing' }) : key;
  }

  #exchange(body: RequestBody, choice: Choice, key: Secret | undefined): void {
    const { route, query, head, response, requestId } = this.#input;
    const edits: Edit[] = [];
    if (choice.model !== body.model.name) edits.push(renameModel(body, choice.model));
    const hidesUsage = this.#mustAskForUsage(body, choice);
    if (hidesUsage && body.stream !== undefined) edits.push(requestUsage(body, body.stream));
    const sent = applyEdits(body.bytes, edits);
    const dialect = DIALECTS[route.dialect];
    const requestBytes = body.bytes.length;
    const meter = new AnswerMeter({ dialect, requestBytes, metered: route.metered });
    const relay = new Relay({
      response,
      dialect,
      requestId,
      meter,
      hidesUsage,
      stallTimeoutMs: this.#deps.limits.stallTimeoutMs,
      pingAfterMs: this.#deps.limits.pingAfterMs,
      onSettled: (settlement) => {
        this.#record(settlement, choice, meter, requestBytes);
      },
    });
    this.#relay = relay;
    relay.attach(
      this.#deps.upstreams.exchange(
        {
          provider: choice.provider,
          method: 'POST',
          path: route.upstreamPath + query,
          headers: upstreamHeaders(head.forwarded, route.dialect),
          body: sent,
          key,
        },
        relay,
      ),
    );
  }

  /**
   * Chat completions tell the usage of a stream only when asked. An endpoint that a person named may
   * refuse the field, so it is asked for only where the table vouches for the provider.
   */
  #mustAskForUsage(body: RequestBody, { provider }: Choice): boolean {
    return (
      this.#input.route.dialect === 'openai-chat' &&
      body.stream !== undefined &&
      provider.builtIn &&
      !asksForUsage(body)
    );
  }

  #record(
    settlement: Settlement,
    { provider, model }: Choice,
    meter: AnswerMeter,
    requestBytes: number,
  ): void {
    this.#deps.usage.record({
      keyId: this.#input.keyId,
      atMs: this.#atMs,
      provider: provider.id,
      model,
      dialect: this.#input.route.dialect,
      ...settlement,
      ...meter.measure(settlement),
      durationMs: this.#deps.clock.monotonicMs() - this.#startedMs,
      requestBytes,
      answerBytes: meter.answerBytes,
    });
  }

  #fail(failure: GatewayFailure): void {
    const { request, response, route, requestId } = this.#input;
    this.#over = true;
    sendFailure(response, route.dialect, requestId, failure);
    discardBody(request, 2 * this.#deps.limits.maxBodyBytes);
  }
}
