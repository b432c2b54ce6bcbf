import { failed, ok, type Result, type Secret } from '@postern/kernel';
import type { GatewayKeyId } from '@postern/protocol';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHead } from '../admit/request-head.ts';
import type { Shares } from '../admit/shares.ts';
import type { Slots } from '../admit/slots.ts';
import { applyEdits, renameModel, requestUsage, type Edit } from '../body/edit-body.ts';
import { asksForUsage, readRequestBody, type RequestBody } from '../body/request-body.ts';
import type { Turns } from '../body/turns.ts';
import type { GatewayFailure } from '../failure.ts';
import { upstreamHeaders } from '../headers/upstream-headers.ts';
import { AnswerMeter } from '../meter/answer-meter.ts';
import type { GatewayDeps } from '../ports.ts';
import { chooseProvider, type Choice } from '../route/choose-provider.ts';
import { forwardedQuery } from '../route/forwarded-query.ts';
import type { CallRoute } from '../route/routes.ts';
import { BodyReader, discardBody, type ReadFailure } from './read-body.ts';
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

/** What all calls draw from. */
export interface CallResources {
  readonly slots: Slots;
  readonly bodyMemory: Shares;
  readonly turns: Turns;
}

/** Body → slot → provider → key → upstream → client → record; each step is a method below. */
export class Call {
  place = -1;
  readonly #deps: GatewayDeps;
  readonly #resources: CallResources;
  readonly #input: CallInput;
  readonly #body: BodyReader;
  readonly #atMs: number;
  readonly #startedMs: number;
  #relay: Relay | undefined;
  #leaveQueue: (() => void) | undefined;
  #hasSlot = false;
  #over = false;
  #revoked = false;

  constructor(deps: GatewayDeps, resources: CallResources, input: CallInput) {
    this.#deps = deps;
    this.#resources = resources;
    this.#input = input;
    this.#body = new BodyReader(deps.limits, resources.bodyMemory, input.keyId);
    this.#atMs = deps.clock.nowMs();
    this.#startedMs = deps.clock.monotonicMs();
  }

  start(): void {
    const { head } = this.#input;
    if ((head.contentLength ?? 0) > this.#deps.limits.maxBodyBytes) {
      this.#fail({ reason: 'body-too-large' });
    } else if (head.encoded) this.#fail({ reason: 'body-encoded' });
    else if (this.#deps.usage.isFull()) this.#fail({ reason: 'store-unavailable' });
    else {
      this.#body.read(this.#input.request, (pieces) => {
        if (this.#over) return;
        // The outermost frame of what runs after the body: a fault here must not end other calls.
        this.#proceed(pieces).catch(() => {
          this.stop({ reason: 'internal' });
        });
      });
    }
  }

  /** The response has closed: the answer is out, or the client has left. */
  close(): void {
    this.#over = true;
    this.#leaveQueue?.();
    this.#relay?.close();
    this.#body.letGo();
    if (this.#hasSlot) this.#resources.slots.release(this.#input.keyId);
    this.#hasSlot = false;
  }

  get keyId(): GatewayKeyId {
    return this.#input.keyId;
  }

  /** Ends the call from our side, whatever step it is at. */
  stop(failure: GatewayFailure): void {
    if (this.#over) return;
    if (this.#relay === undefined) this.#fail(failure);
    else this.#relay.stop(failure);
  }

  /** Its key was revoked: ends the call, and the next time what the client has not taken by then. */
  revoke(): void {
    if (this.#revoked) this.#input.response.destroy();
    else this.stop({ reason: 'key-required' });
    this.#revoked = true;
  }

  async #proceed(pieces: Result<readonly Buffer[], ReadFailure>): Promise<void> {
    const body = pieces.ok ? await readRequestBody(pieces.value, this.#resources.turns) : pieces;
    if (this.#over) return;
    if (!body.ok) this.#fail(body.failure);
    else if (await this.#slot()) await this.#call(body.value);
    else this.#fail({ reason: 'overloaded' });
  }

  /** Whether a slot was given; never an answer where the client leaves while it waits. */
  async #slot(): Promise<boolean> {
    const { slots } = this.#resources;
    const { keyId } = this.#input;
    this.#hasSlot = slots.take(keyId);
    if (this.#hasSlot) return true;
    return await new Promise<boolean>((resolve) => {
      this.#leaveQueue = slots.wait(keyId, (given) => {
        this.#leaveQueue = undefined;
        this.#hasSlot = given;
        resolve(given);
      });
      if (this.#leaveQueue === undefined) resolve(false);
    });
  }

  async #call(body: RequestBody): Promise<void> {
    const { providers, defaultProvider } = this.#deps;
    const { dialect } = this.#input.route;
    const choice = chooseProvider(body.model.name, dialect.id, providers, defaultProvider);
    if (!choice.ok) {
      this.#fail(choice.failure);
      return;
    }
    const key = await this.#upstreamKey(choice.value);
    if (this.#over) return;
    if (key.ok) this.#exchange(body, choice.value, key.value);
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
    const { dialect } = route;
    const edits: Edit[] = [];
    if (choice.model !== body.model.name) edits.push(renameModel(body, choice.model));
    const hidesUsage = this.#mustAskForUsage(body, choice);
    if (hidesUsage && body.stream !== undefined) edits.push(requestUsage(body, body.stream));
    const sent = applyEdits(body.bytes, edits);
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
          path: choice.path + route.suffix + forwardedQuery(query),
          headers: upstreamHeaders(head.forwarded, dialect),
          body: sent,
          key,
        },
        relay,
      ),
    );
  }

  /**
   * Some dialects give the usage of a stream only on request. An endpoint that a person named may
   * refuse the field, so it is asked for only where the table vouches for the provider.
   */
  #mustAskForUsage(body: RequestBody, { provider }: Choice): boolean {
    return (
      this.#input.route.dialect.usageOnRequest &&
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
      dialect: this.#input.route.dialect.id,
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
