import type { Dialect, TerminalEvent } from '../dialect.ts';
import { decodeError } from '../errors/decode-error.ts';
import { openaiRateHeaders } from '../errors/rate-headers.ts';
import { changedToolNames } from '../names/tool-name.ts';
import { decodeModels } from '../models/decode-models.ts';
import { decodeAnswer, encodeAnswer } from './answer.ts';
import { answerDecoder } from './answer-decoder.ts';
import { answerEncoder, PING } from './answer-encoder.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeError, errorFrame, REQUEST_ID_HEADER } from './encode-error.ts';
import { encodeRequest } from './encode-request.ts';
import { MAX_TOOL_NAME, OPENAI_CHAT } from './limits.ts';
import { encodeModel, encodeModels } from './models.ts';
import { readUsage, reportedTier, usageTap } from './usage-tap.ts';

const TERMINAL_EVENT: TerminalEvent = { data: '[DONE]' };

/** OpenAI's chat completions and the servers that speak them. */
export const openaiChat: Dialect = {
  id: OPENAI_CHAT,
  routes: [
    {
      path: '/v1/chat/completions',
      reference: 'https://platform.openai.com/docs/api-reference/chat/create',
      endpoint: 'chat',
      suffix: '',
      metered: true,
    },
    {
      path: '/v1/embeddings',
      reference: 'https://platform.openai.com/docs/api-reference/embeddings/create',
      endpoint: 'embeddings',
      suffix: '',
      ownPath: '/embeddings',
      metered: 'input',
    },
  ],
  answerPath: '/chat/completions',
  modelsPath: '/models',
  pagesModels: false,
  defaultAuth: 'bearer',
  requestHeaders: {},
  requestIdHeader: REQUEST_ID_HEADER,
  ping: PING,
  terminalEvent: TERMINAL_EVENT,
  usageOnRequest: true,
  rateHeaders: openaiRateHeaders,
  signedReasoning: ['"reasoning'],
  errorFrame,
  toolNames: (request) => changedToolNames(request, MAX_TOOL_NAME),
  encodeRequest,
  decodeRequest,
  decodeAnswer,
  encodeAnswer,
  answerDecoder,
  answerEncoder,
  decodeError,
  encodeError,
  usageTap: () => usageTap(TERMINAL_EVENT),
  readUsage,
  reportedTier,
  decodeModels,
  encodeModels,
  encodeModel,
};
