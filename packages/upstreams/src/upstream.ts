import type { Result } from '@postern/kernel';
import type { AnswerEvent, AnswerFailure, ModelFacts, ModelRequest } from '@postern/protocol';

/** The implementation of one provider: an HTTP API, or a model in this process. */
export interface Upstream {
  /**
   * Sends a request to a model and returns the events of its answer. A failure of the provider, the connection
   * or the configuration is the last event. The request is cancelled if the signal aborts or the reader returns
   * early; a reader that waits for an event is woken only by the signal. A slow reader slows the upstream down.
   * Requests are never repeated.
   */
  ask(request: ModelRequest, signal: AbortSignal): AsyncGenerator<AnswerEvent>;
  /** Lists the available models. Also tests a key: it fails if the key isn't valid. */
  listModels(signal: AbortSignal): Promise<Result<readonly ListedModel[], AnswerFailure>>;
}

export interface ListedModel extends ModelFacts {
  readonly id: string;
  readonly label: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAtMs?: number;
}
