import type { AnswerEvent, ModelRequest, Turn } from '@postern/protocol';
import { plainText } from '@postern/protocol';
import { confession, DEMO_SCRIPTS, GREETING } from './demo-scripts.ts';

export interface DemoModel {
  readonly id: string;
  readonly label: string;
  /** Milliseconds from one word to the next; longer after a sentence and a line. */
  readonly wordMs: number;
}

export const DEMO_MODELS: readonly DemoModel[] = [
  { id: 'demo', label: 'Scripted answers', wordMs: 5 },
  { id: 'demo-slow', label: 'Scripted answers, slow', wordMs: 240 },
];

/** Waits; rejects when the signal aborts. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/** The demo's answer to a conversation. Deterministic. */
export function demoText(turns: readonly Turn[]): string {
  const questions = turns.filter((turn) => turn.role === 'user');
  const question = plainText(questions.at(-1)?.parts ?? []);
  const script = DEMO_SCRIPTS.find(({ keywords }) => keywords.test(question));
  if (script !== undefined) return script.text;
  return questions.length <= 1
    ? `${GREETING}\n\n---\n\n${confession(question.length)}`
    : confession(question.length);
}

/** The events of the demo's answer, at the pace of the model if a stream is requested. */
export async function* demoAnswer(
  request: ModelRequest,
  pause: Pause,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const model = DEMO_MODELS.find(({ id }) => id === request.model);
  if (model === undefined) {
    const message = 'The offline demo has only the models demo and demo-slow.';
    yield { kind: 'failure', failure: { code: 'UPSTREAM_NOT_FOUND', message } };
    return;
  }
  const text = demoText(request.turns);
  yield { kind: 'start', id: 'demo', model: model.id };
  yield { kind: 'usage', usage: { inputTokens: tokens(promptOf(request.turns)) } };
  yield { kind: 'part-start', index: 0, part: { kind: 'text', text: '' } };
  for (const word of wordsOf(text)) {
    const heard = request.stream ? await waited(pauseAfter(word, model), pause, signal) : true;
    if (!heard || signal.aborted) {
      const message = 'The answer was stopped.';
      yield { kind: 'failure', failure: { code: 'REQUEST_CANCELLED', message } };
      return;
    }
    yield { kind: 'part-delta', index: 0, delta: { kind: 'text', text: word } };
  }
  yield { kind: 'part-end', index: 0 };
  yield { kind: 'usage', usage: { outputTokens: tokens(text) } };
  yield { kind: 'finish', stopReason: 'end' };
}

async function waited(ms: number, pause: Pause, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(ms, signal);
    return true;
  } catch {
    return false;
  }
}

/** Splits a text into words, each with the space before it. */
function wordsOf(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

function pauseAfter(word: string, model: DemoModel): number {
  if (/[.!?:]$/.test(word)) return model.wordMs * 4;
  return word.startsWith('\n') ? model.wordMs * 2 : model.wordMs;
}

function promptOf(turns: readonly Turn[]): string {
  return turns.map(({ parts }) => plainText(parts)).join('\n');
}

/** Estimates one token per four characters. */
function tokens(text: string): number {
  return Math.ceil(text.length / 4);
}
