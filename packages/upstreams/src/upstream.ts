import type { Result } from '@postern/kernel';
import type { AnswerEvent, AnswerFailure, ModelRequest } from '@postern/protocol';

/** Whatever answers for one provider: an HTTP API, or a model in this process. */
export interface Upstream {
  /**
   * Asks a model and gives its answer, event by event, as `AnswerEvent` says: every failure, of the
   * provider, of the connection or of the configuration, is the last event. The upstream is stopped when
   * the signal aborts, and when the reader returns early; a reader that waits for an event is woken only
   * by the signal. A slow reader slows the upstream down. Nothing is asked twice.
   */
  ask(request: ModelRequest, signal: AbortSignal): AsyncGenerator<AnswerEvent>;
  /** The models that can be asked. Also the test of a key: it fails if the key isn't valid. */
  listModels(signal: AbortSignal): Promise<Result<readonly ListedModel[], AnswerFailure>>;
}

export interface ListedModel {
  readonly id: string;
  readonly label: string;
}
