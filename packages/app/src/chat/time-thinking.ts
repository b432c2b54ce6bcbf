import type { Clock } from '@postern/kernel';
import type { AnswerEvent } from '@postern/protocol';

/**
 * Adds to an answer's events how long each thinking part took. A part ends with its own last event, or
 * when the next part begins or the answer ends: some providers report its end only with that of the
 * answer.
 */
export async function* timeThinking(
  events: AsyncIterable<AnswerEvent>,
  clock: Pick<Clock, 'monotonicMs'>,
): AsyncGenerator<AnswerEvent> {
  let open: { readonly index: number; readonly beganMs: number } | undefined;
  for await (const event of events) {
    if (open !== undefined && ends(open.index, event)) {
      const durationMs = Math.round(clock.monotonicMs() - open.beganMs);
      yield { kind: 'part-end', index: open.index, durationMs };
      open = undefined;
    }
    if (event.kind === 'part-start' && event.part.kind === 'thinking') {
      open = { index: event.index, beganMs: clock.monotonicMs() };
    }
    yield event;
  }
}

function ends(index: number, event: AnswerEvent): boolean {
  switch (event.kind) {
    case 'part-start':
    case 'finish':
    case 'failure':
      return true;
    case 'part-end':
      return event.index === index;
    case 'part-delta':
      return event.index !== index;
    case 'start':
    case 'usage':
      return false;
  }
}
