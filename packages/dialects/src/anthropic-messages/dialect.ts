import type { Dialect, TerminalEvent } from '../dialect.ts';
import { decodeError } from '../errors/decode-error.ts';
import { anthropicRateHeaders } from '../errors/rate-headers.ts';
import { changedToolNames } from '../names/tool-name.ts';
import { decodeModels } from '../models/decode-models.ts';
import { decodeAnswer, encodeAnswer } from './answer.ts';
import { answerDecoder } from './answer-decoder.ts';
import { answerEncoder, PING } from './answer-encoder.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeError, errorFrame, REQUEST_ID_HEADER } from './encode-error.ts';
import { encodeRequest } from './encode-request.ts';
import { ANTHROPIC_MESSAGES, MAX_TOOL_NAME } from './limits.ts';
import { encodeModel, encodeModels } from './models.ts';
import { readUsage, reportedTier, usageTap } from './usage-tap.ts';

const ANSWER_PATH = '/v1/messages';
const COUNT = '/count_tokens';
const TERMINAL_EVENT: TerminalEvent = { types: ['message_stop'] };
const VERSION_HEADER = 'anthropic-version';

/** Anthropic's Messages API, version 2023-06-01. */
export const anthropicMessages: Dialect = {
  id: ANTHROPIC_MESSAGES,
  routes: [
    {
      path: ANSWER_PATH,
      reference: 'https://platform.claude.com/docs/en/api/messages/create',
      endpoint: 'messages',
      suffix: '',
      metered: true,
    },
    {
      path: ANSWER_PATH + COUNT,
      reference: 'https://platform.claude.com/docs/en/api/messages/count_tokens',
      endpoint: 'count-tokens',
      suffix: COUNT,
      metered: false,
      encodeCount: (inputTokens) => ({ input_tokens: inputTokens }),
    },
  ],
  answerPath: ANSWER_PATH,
  modelsPath: '/v1/models?limit=1000',
  pagesModels: true,
  defaultAuth: 'x-api-key',
  requestHeaders: { [VERSION_HEADER]: '2023-06-01' },
  clientHeader: VERSION_HEADER,
  requestIdHeader: REQUEST_ID_HEADER,
  ping: PING,
  terminalEvent: TERMINAL_EVENT,
  usageOnRequest: false,
  rateHeaders: anthropicRateHeaders,
  signedReasoning: 'any',
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
