import { ok, type Result } from '@postern/kernel';
import type { Credential } from '@postern/upstreams';
import type { ServerResponse } from 'node:http';
import type { RequestHead } from '../admit/request-head.ts';
import { applyEdits, renameModel, requestUsage, type Edit } from '../body/edit-body.ts';
import { asksForUsage, type RequestBody } from '../body/request-body.ts';
import type { GatewayFailure } from '../failure.ts';
import { upstreamHeaders } from '../headers/upstream-headers.ts';
import { AnswerMeter } from '../meter/answer-meter.ts';
import type { GatewayDeps } from '../ports.ts';
import { ClientWriter } from '../relay/client-writer.ts';
import { Passthrough } from '../relay/passthrough.ts';
import type { EarlyEnd } from '../relay/retry-policy.ts';
import { UpstreamReader, type Outcome } from '../relay/upstream-reader.ts';
import type { Choice } from '../route/choose-provider.ts';
import { forwardedQuery } from '../route/forwarded-query.ts';
import type { CallRoute } from '../route/routes.ts';

/** The request to an upstream, and the response to the client. */
export interface AttemptTask {
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly head: RequestHead;
  readonly route: CallRoute;
  readonly query: string;
  readonly body: RequestBody;
  readonly choice: Choice;
  /** Whether to give up for another attempt. Called only before anything is sent to the client. */
  readonly givesUp: (end: EarlyEnd) => boolean;
  /** Called once, if this attempt responded to the client. */
  readonly onOutcome: (outcome: Outcome, meter: AnswerMeter) => void;
}

/**
 * `over`: the response is complete or cut, or the client has disconnected. `given-up`: nothing was sent to the
 * client, and another attempt may follow. `failed`: the attempt failed before it contacted the upstream, and
 * nothing was sent to the client.
 */
export type AttemptEnd =
  | { readonly state: 'over' | 'given-up' }
  | { readonly state: 'failed'; readonly failure: GatewayFailure };

const OVER: AttemptEnd = { state: 'over' };
const GIVEN_UP: AttemptEnd = { state: 'given-up' };

/** One request to one upstream: credential → exchange → response. */
export class Attempt {
  readonly #deps: GatewayDeps;
  readonly #task: AttemptTask;
  readonly #writer: ClientWriter;
  #reader: UpstreamReader | undefined;
  #isOver = false;
  #isGivenUp = false;

  constructor(deps: GatewayDeps, task: AttemptTask) {
    this.#deps = deps;
    this.#task = task;
    this.#writer = new ClientWriter({
      response: task.response,
      dialect: task.route.dialect,
      requestId: task.requestId,
      stallTimeoutMs: deps.limits.stallTimeoutMs,
    });
  }

  async run(): Promise<AttemptEnd> {
    const credential = await this.#credential();
    if (this.#isOver) return OVER;
    if (!credential.ok) {
      const { failure } = credential;
      return this.#task.givesUp({ reason: 'failure', failure })
        ? GIVEN_UP
        : { state: 'failed', failure };
    }
    return await new Promise((resolve) => {
      this.#exchange(credential.value, resolve);
    });
  }

  /** The response has closed. */
  close(): void {
    this.#isOver = true;
    this.#reader?.close();
    this.#writer.close();
  }

  /** Ends the attempt; false if it has no response to end. */
  stop(failure: GatewayFailure): boolean {
    this.#isOver = true;
    if (this.#reader === undefined || this.#isGivenUp) return false;
    this.#reader.stop(failure);
    return true;
  }

  async #credential(): Promise<Result<Credential | undefined, GatewayFailure>> {
    const { provider } = this.#task.choice;
    if (provider.auth === 'none') return ok();
    return await this.#deps.credentials.credentialFor(provider);
  }

  #exchange(credential: Credential | undefined, onEnd: (end: AttemptEnd) => void): void {
    const { route, query, head, requestId, body, choice, givesUp, onOutcome } = this.#task;
    const { dialect, metered, suffix } = route;
    const hidesUsage = this.#mustRequestUsage();
    const meter = new AnswerMeter({ dialect, requestBytes: body.bytes.length, metered });
    const reader = new UpstreamReader({
      pipe: new Passthrough({ dialect, requestId, meter, hidesUsage }),
      writer: this.#writer,
      ping: dialect.ping,
      pingAfterMs: this.#deps.limits.pingAfterMs,
      givesUp,
      onEnd: (outcome) => {
        this.#isGivenUp = outcome === undefined;
        if (outcome !== undefined) onOutcome(outcome, meter);
        onEnd(outcome === undefined ? GIVEN_UP : OVER);
      },
    });
    this.#reader = reader;
    reader.attach(
      this.#deps.upstreams.exchange(
        {
          provider: choice.provider,
          method: 'POST',
          path: choice.path + suffix + forwardedQuery(query),
          headers: upstreamHeaders(head.forwarded, dialect),
          body: this.#bodyToSend(hidesUsage),
          credential,
        },
        reader,
      ),
    );
  }

  #bodyToSend(requestsUsage: boolean): Buffer {
    const { body, choice } = this.#task;
    const edits: Edit[] = [];
    if (choice.model !== body.model.name) edits.push(renameModel(body, choice.model));
    if (requestsUsage && body.stream !== undefined) edits.push(requestUsage(body, body.stream));
    return applyEdits(body.bytes, edits);
  }

  /**
   * Some dialects send the usage of a stream only on request. A user's own endpoint may reject the field, so it
   * is sent only to built-in providers.
   */
  #mustRequestUsage(): boolean {
    const { route, body, choice } = this.#task;
    return (
      route.dialect.usageOnRequest &&
      body.stream !== undefined &&
      choice.provider.builtIn &&
      !asksForUsage(body)
    );
  }
}
