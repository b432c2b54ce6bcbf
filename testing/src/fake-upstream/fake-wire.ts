import type { JsonObject } from '@postern/kernel';
import {
  anthropicAnswer,
  anthropicError,
  anthropicErrorFrame,
  anthropicFrame,
  anthropicFrames,
  anthropicModels,
} from './anthropic-wire.ts';
import { checkAnthropicBody } from './check-anthropic.ts';
import { checkOpenaiBody } from './check-openai.ts';
import { checkResponsesBody } from './check-responses.ts';
import type { FakeDialect } from './fake-dialect.ts';
import {
  openaiAnswer,
  openaiError,
  openaiErrorFrame,
  openaiFrame,
  openaiFrames,
  openaiModels,
} from './openai-wire.ts';
import type { Question } from './question.ts';
import type { FakeModel, ScriptedAnswer } from './reply.ts';
import {
  responsesAnswer,
  responsesErrorFrame,
  responsesFrame,
  responsesFrames,
} from './responses-wire.ts';

/** What the fake upstream knows of one dialect. */
export interface FakeWire {
  /** A whole response. */
  answer(answer: ScriptedAnswer, question: Question, id: string): string;
  /** The events of a streamed response. */
  frames(answer: ScriptedAnswer, question: Question, id: string): readonly string[];
  error(status: number, message: string, requestId: string, errorType?: string): string;
  errorFrame(message: string, errorType: string | undefined): string;
  /** An event whose JSON is cut off. */
  readonly brokenFrame: string;
  models(models: readonly FakeModel[], limit: number): string;
  /** The complaints about a request body; `betas` is the header `anthropic-beta`. */
  checkBody(body: JsonObject, betas: string): readonly string[];
}

const openaiBasics: Pick<FakeWire, 'error' | 'models'> = {
  error: (status, message, _requestId, errorType) => openaiError(status, message, errorType),
  models: openaiModels,
};

export const FAKE_WIRES: Readonly<Record<FakeDialect, FakeWire>> = {
  'anthropic-messages': {
    answer: anthropicAnswer,
    frames: anthropicFrames,
    error: anthropicError,
    errorFrame: (message, errorType) =>
      anthropicErrorFrame(message, errorType ?? 'overloaded_error'),
    brokenFrame: anthropicFrame(
      'content_block_delta',
      '{"type":"content_block_delta","index":0,"delta":{"type":"text_del',
    ),
    models: anthropicModels,
    checkBody: checkAnthropicBody,
  },
  'openai-chat': {
    ...openaiBasics,
    answer: openaiAnswer,
    frames: openaiFrames,
    errorFrame: (message, errorType) => openaiErrorFrame(message, errorType ?? 'server_error'),
    brokenFrame: openaiFrame('{"id":"chatcmpl-broken","choices":[{"delta":{"cont'),
    checkBody: checkOpenaiBody,
  },
  'openai-responses': {
    ...openaiBasics,
    answer: responsesAnswer,
    frames: responsesFrames,
    errorFrame: (message, errorType) => responsesErrorFrame(message, errorType ?? 'server_error'),
    brokenFrame: responsesFrame(
      'response.output_text.delta',
      '{"type":"response.output_text.delta","del',
    ),
    checkBody: checkResponsesBody,
  },
};
