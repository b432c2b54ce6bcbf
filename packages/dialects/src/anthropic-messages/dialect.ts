import type { Dialect } from '../dialect.ts';
import { decodeError } from '../errors/decode-error.ts';
import { decodeModels } from '../models/decode-models.ts';
import { decodeAnswer, encodeAnswer } from './answer.ts';
import { answerDecoder } from './answer-decoder.ts';
import { answerEncoder } from './answer-encoder.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeError } from './encode-error.ts';
import { encodeRequest } from './encode-request.ts';
import { ANTHROPIC_MESSAGES } from './limits.ts';
import { encodeModels } from './models.ts';
import { readUsage, usageTap } from './usage-tap.ts';

/** Anthropic's Messages API, version 2023-06-01. */
export const anthropicMessages: Dialect = {
  id: ANTHROPIC_MESSAGES,
  answerPath: '/v1/messages',
  modelsPath: '/v1/models',
  requestHeaders: { 'anthropic-version': '2023-06-01' },
  encodeRequest,
  decodeRequest,
  decodeAnswer,
  encodeAnswer,
  answerDecoder,
  answerEncoder,
  decodeError,
  encodeError,
  usageTap,
  readUsage,
  decodeModels,
  encodeModels,
};
