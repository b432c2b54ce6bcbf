import type {
  AnswerEvent,
  AnswerFailure,
  Extra,
  Message,
  Part,
  PartDelta,
  StopReason,
  Usage,
} from './conversation.ts';

/** An answer after some of its events. */
export interface FoldedAnswer {
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly parts: readonly Part[];
  readonly usage: Usage;
  readonly stopReason: StopReason | undefined;
  readonly stopSequence: string | undefined;
  readonly extra: Extra | undefined;
  readonly failure: AnswerFailure | undefined;
  readonly ended: boolean;
}

export const EMPTY_ANSWER: FoldedAnswer = {
  id: undefined,
  model: undefined,
  parts: [],
  usage: {},
  stopReason: undefined,
  stopSequence: undefined,
  extra: undefined,
  failure: undefined,
  ended: false,
};

/** The answer that a stored message holds so far, to which events can be added. Answers have no attachments. */
export function storedAnswer({ parts }: Pick<Message, 'parts'>): FoldedAnswer {
  return { ...EMPTY_ANSWER, parts: parts.filter((part) => part.kind !== 'attachment') };
}

/** Adds one event to an answer. Pure: the chat page and the process fold the same way. */
export function foldAnswer(answer: FoldedAnswer, event: AnswerEvent): FoldedAnswer {
  switch (event.kind) {
    case 'start':
      return { ...answer, id: event.id, model: event.model };
    case 'part-start':
      return { ...answer, parts: replaceAt(answer.parts, event.index, event.part) };
    case 'part-delta': {
      const part = answer.parts[event.index];
      if (part === undefined) return answer;
      return { ...answer, parts: replaceAt(answer.parts, event.index, extend(part, event.delta)) };
    }
    case 'part-end': {
      const part = answer.parts[event.index];
      const { durationMs } = event;
      if (part?.kind !== 'thinking' || durationMs === undefined) return answer;
      return { ...answer, parts: answer.parts.with(event.index, { ...part, durationMs }) };
    }
    case 'usage':
      return { ...answer, usage: { ...answer.usage, ...event.usage } };
    case 'finish':
      return {
        ...answer,
        stopReason: event.stopReason,
        stopSequence: event.stopSequence,
        extra: event.extra,
        ended: true,
      };
    case 'failure':
      return { ...answer, failure: event.failure, ended: true };
  }
}

function replaceAt(parts: readonly Part[], index: number, part: Part): readonly Part[] {
  return index < parts.length ? parts.with(index, part) : [...parts, part];
}

function extend(part: Part, delta: PartDelta): Part {
  if (part.kind === 'text' && delta.kind === 'text') {
    return { ...part, text: part.text + delta.text };
  }
  if (part.kind === 'text' && delta.kind === 'annotation') {
    return { ...part, annotations: [...(part.annotations ?? []), delta.value] };
  }
  if (part.kind === 'thinking' && delta.kind === 'thinking') {
    return { ...part, text: part.text + delta.text };
  }
  if (part.kind === 'thinking' && delta.kind === 'signature') {
    return { ...part, signature: (part.signature ?? '') + delta.signature };
  }
  return extendOther(part, delta);
}

function extendOther(part: Part, delta: PartDelta): Part {
  if (part.kind === 'tool-call' && delta.kind === 'tool-input') {
    return { ...part, inputJson: part.inputJson + delta.json };
  }
  if (part.kind === 'refusal' && delta.kind === 'refusal') {
    return { ...part, text: part.text + delta.text };
  }
  if (part.kind === 'opaque' && delta.kind === 'opaque') return { ...part, value: delta.value };
  return part;
}
