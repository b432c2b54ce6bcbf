import type { Dialect, TerminalEvent } from '../dialect.ts';
import { decodeError } from '../errors/decode-error.ts';
import { openaiRateHeaders } from '../errors/rate-headers.ts';
import { decodeModels } from '../models/decode-models.ts';
import { changedToolNames } from '../names/tool-name.ts';
import { encodeModel, encodeModels } from '../openai-chat/models.ts';
import { decodeAnswer, encodeAnswer } from './answer.ts';
import { answerDecoder } from './answer-decoder.ts';
import { answerEncoder, PING } from './answer-encoder.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeError, errorFrame, REQUEST_ID_HEADER } from './encode-error.ts';
import { encodeRequest } from './encode-request.ts';
import { MAX_TOOL_NAME, OPENAI_RESPONSES } from './limits.ts';
import { readUsage, reportedTier, usageTap } from './usage.ts';

const COUNT = '/input_tokens';
/** Each contains the whole response with its usage, so it can be long. */
const TERMINAL_EVENT: TerminalEvent = {
  types: ['response.completed', 'response.incomplete', 'response.failed'],
};

/** OpenAI's Responses API, without the features that need state on the server. */
export const openaiResponses: Dialect = {
  id: OPENAI_RESPONSES,
  routes: [
    {
      path: '/v1/responses',
      reference: 'https://platform.openai.com/docs/api-reference/responses/create',
      endpoint: 'responses',
      suffix: '',
      metered: true,
    },
    {
      path: `/v1/responses${COUNT}`,
      reference: 'https://platform.openai.com/docs/api-reference/responses/input-tokens',
      endpoint: 'count-tokens',
      suffix: COUNT,
      metered: false,
      encodeCount: (inputTokens) => ({
        object: 'response.input_tokens',
        input_tokens: inputTokens,
      }),
    },
  ],
  answerPath: '/responses',
  modelsPath: '/models',
  pagesModels: false,
  defaultAuth: 'bearer',
  requestHeaders: {},
  requestIdHeader: REQUEST_ID_HEADER,
  ping: PING,
  terminalEvent: TERMINAL_EVENT,
  usageOnRequest: false,
  rateHeaders: openaiRateHeaders,
  signedReasoning: ['encrypted_content'],
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
