import type { Dialect } from '../dialect.ts';
import { decodeError } from '../errors/decode-error.ts';
import { decodeModels } from '../models/decode-models.ts';
import { decodeAnswer, encodeAnswer } from './answer.ts';
import { answerDecoder } from './answer-decoder.ts';
import { answerEncoder } from './answer-encoder.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeError } from './encode-error.ts';
import { encodeRequest } from './encode-request.ts';
import { OPENAI_CHAT } from './limits.ts';
import { encodeModels } from './models.ts';
import { readUsage, usageTap } from './usage-tap.ts';

/** OpenAI's chat completions and the servers that speak them. */
export const openaiChat: Dialect = {
  id: OPENAI_CHAT,
  answerPath: '/chat/completions',
  modelsPath: '/models',
  requestHeaders: {},
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
