import { DIALECTS, FALLBACK_DIALECT, type Dialect } from '@postern/dialects';
import {
  IDEMPOTENCY_HEADER,
  REPLAYED_HEADER,
  UPSTREAM_HEADER,
  WARNINGS_HEADER,
  type Route,
} from '@postern/gateway';
import type { JsonObject, JsonValue } from '@postern/kernel';
import { DIALECT_INFO, type EndpointName } from '@postern/protocol';
import { errorReferences, errorSchemaName, type ErrorGroup } from './error-responses.ts';
import { ALWAYS, headerReferences, rateHeaderNames, RETRY_HEADERS } from './headers.ts';
import { schemaOf } from './json-schema.ts';

type CallRoute = Extract<Route, { kind: 'call' }>;
type ProbeKind = Exclude<Route, { kind: 'call' | 'models' }>['kind'];

/** The dialects of the routes that they share: a header of the client decides. */
const SHARED_DIALECTS: readonly Dialect[] = Object.values(DIALECTS).filter(
  (dialect) => dialect === FALLBACK_DIALECT || dialect.clientHeader !== undefined,
);

const LIST_ERRORS: ErrorGroup = {
  name: 'models',
  dialects: SHARED_DIALECTS,
  requests: ['any', 'keyed', 'list'],
};
const MODEL_ERRORS: ErrorGroup = {
  name: 'model',
  dialects: SHARED_DIALECTS,
  requests: ['any', 'keyed', 'model'],
};
const PROBE_ERRORS: ErrorGroup = { name: 'probe', dialects: SHARED_DIALECTS, requests: ['any'] };

function callErrors(dialect: Dialect): ErrorGroup {
  return { name: dialect.id, dialects: [dialect], requests: ['any', 'keyed', 'call'] };
}

/** Every group of errors to which an operation refers. */
export const ERROR_GROUPS: readonly ErrorGroup[] = [
  ...Object.values(DIALECTS).map(callErrors),
  LIST_ERRORS,
  MODEL_ERRORS,
  PROBE_ERRORS,
];

/** The key of a request, in one of two headers. */
const KEYED: JsonObject = { security: [{ bearer: [] }, { apiKey: [] }] };

export const SECURITY_SCHEMES: JsonObject = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A gateway key (`postern key create`).' },
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'A gateway key.' },
  metricsToken: {
    type: 'http',
    scheme: 'bearer',
    description: "The value of the vault's secret that `gateway.metrics.tokenSecret` names.",
  },
};

const SUMMARIES: Readonly<Record<EndpointName, string>> = {
  chat: 'Request a chat completion',
  responses: 'Request a response',
  messages: 'Request a message',
  'count-tokens': 'Count the tokens of a request',
  models: 'List the models that the key may call',
  embeddings: 'Request embeddings',
};

const COMPATIBILITY =
  "If the model's provider doesn't speak this dialect, the request is translated. docs/compatibility.md lists the fields that are kept, changed, dropped or refused.";

const IDEMPOTENCY_PARAMETER: JsonObject = {
  name: IDEMPOTENCY_HEADER,
  in: 'header',
  description:
    'With a gateway key that keeps answers (`--idempotency`): a repetition with the same value and body gets the answer of the first request.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

/** A call to a model. */
export function callOperation(path: string, route: CallRoute): JsonObject {
  const { dialect, endpoint, encodeCount } = route;
  const reference = dialect.routes.find((known) => known.path === path)?.reference ?? '';
  const isStreamed = route.metered === true;
  return {
    ...KEYED,
    tags: [DIALECT_INFO[dialect.id].label],
    summary: SUMMARIES[endpoint],
    description: `The body and the response are those of the dialect. ${COMPATIBILITY}`,
    externalDocs: { url: reference },
    ...(encodeCount === undefined && { parameters: [IDEMPOTENCY_PARAMETER] }),
    requestBody: {
      required: true,
      content: { 'application/json': { schema: requestSchema(reference, isStreamed) } },
    },
    responses: {
      '200': {
        description: 'The response of the model, in the dialect.',
        headers: headerReferences([
          ...[dialect.requestIdHeader, ...ALWAYS, WARNINGS_HEADER, UPSTREAM_HEADER],
          ...rateHeaderNames(dialect),
          ...(encodeCount === undefined ? [REPLAYED_HEADER] : []),
        ]),
        content: {
          'application/json': {
            schema: encodeCount === undefined ? { type: 'object' } : schemaOf([encodeCount(1)]),
          },
          ...(isStreamed && {
            'text/event-stream': {
              schema: { type: 'string', description: 'If the request has `"stream": true`.' },
            },
          }),
        },
      },
      ...errorReferences(callErrors(dialect)),
      default: {
        description: 'An error of the provider, with its message, in the form of the dialect.',
        headers: headerReferences([dialect.requestIdHeader, ...ALWAYS, ...RETRY_HEADERS]),
        content: {
          'application/json': {
            schema: { $ref: `#/components/schemas/${errorSchemaName(dialect)}` },
          },
        },
      },
    },
  };
}

/** Only what the gateway reads itself; the rest is the dialect's. */
function requestSchema(reference: string, isStreamed: boolean): JsonObject {
  return {
    type: 'object',
    description: `All other fields: ${reference}`,
    properties: {
      model: {
        type: 'string',
        minLength: 1,
        description:
          'An alias, `provider/model`, or a model of the default provider of this dialect.',
      },
      ...(isStreamed && { stream: { type: 'boolean', default: false } }),
    },
    required: ['model'],
  };
}

/** `GET /v1/models`, or with a name `GET /v1/models/{id}`. */
export function modelsOperation(isOne: boolean): JsonObject {
  const schemas = SHARED_DIALECTS.map((dialect): JsonValue => ({
    $ref: `#/components/schemas/${modelSchemaName(dialect, isOne)}`,
  }));
  const ids = SHARED_DIALECTS.map(({ requestIdHeader }) => requestIdHeader);
  return {
    ...KEYED,
    tags: ['Models'],
    summary: isOne ? 'Get one of the models that the key may call' : SUMMARIES.models,
    description:
      'Has what is known about each model, and leaves out what is not. The response has the form of the Messages API if the request has the header `anthropic-version`, otherwise that of OpenAI, with the fields of OpenRouter for facts about the model.',
    parameters: [
      ...(isOne ? [ID_PARAMETER] : PAGE_PARAMETERS),
      ...SHARED_DIALECTS.flatMap(({ clientHeader }) =>
        clientHeader === undefined
          ? []
          : [{ name: clientHeader, in: 'header', schema: { type: 'string' } }],
      ),
    ],
    responses: {
      '200': {
        description: isOne ? 'The model.' : 'The models.',
        headers: headerReferences([...ALWAYS, ...ids]),
        content: { 'application/json': { schema: { anyOf: schemas } } },
      },
      ...errorReferences(isOne ? MODEL_ERRORS : LIST_ERRORS),
    },
  };
}

const ID_PARAMETER: JsonObject = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'As in the list. A slash in it may be percent-encoded.',
  schema: { type: 'string' },
};

const PAGE_PARAMETERS: readonly JsonObject[] = [
  {
    name: 'limit',
    in: 'query',
    description: 'Only in the form of the Messages API, as the next two. Default: all.',
    schema: { type: 'integer', minimum: 1, maximum: 1000 },
  },
  ...['after_id', 'before_id'].map((name): JsonObject => ({
    name,
    in: 'query',
    description: 'The id of a model in the list.',
    schema: { type: 'string' },
  })),
];

/** The name of the schema of a list of models, or of one. */
function modelSchemaName(dialect: Dialect, isOne: boolean): string {
  return `${dialect.id}.${isOne ? 'model' : 'models'}`;
}

const UNKNOWN = { id: 'box/model', label: 'box/model' };
const PRICE = { input: 1, output: 2 };

/** Models of which one thing is known each. */
const MODELS: readonly Parameters<Dialect['encodeModel']>[0][] = [
  UNKNOWN,
  { ...UNKNOWN, createdAtMs: Date.UTC(2026, 0, 1) },
  { ...UNKNOWN, contextWindow: 1_000_000 },
  { ...UNKNOWN, maxOutput: 128_000 },
  { ...UNKNOWN, inputModalities: ['text', 'image'] },
  { ...UNKNOWN, outputModalities: ['text'] },
  { ...UNKNOWN, price: PRICE },
  { ...UNKNOWN, price: { ...PRICE, cacheRead: 0.1, cacheWrite: 1.25, request: 0 } },
];

/** The schemas of the lists of models, of what the dialects write. */
export function modelSchemas(): JsonObject {
  return Object.fromEntries(
    SHARED_DIALECTS.flatMap((dialect) => [
      [
        modelSchemaName(dialect, false),
        schemaOf([dialect.encodeModels(MODELS), dialect.encodeModels([])]),
      ],
      [modelSchemaName(dialect, true), schemaOf(MODELS.map((model) => dialect.encodeModel(model)))],
    ]),
  );
}

const PROBES: Readonly<Record<ProbeKind, readonly [summary: string, statuses: readonly string[]]>> =
  {
    presence: ['Whether something listens here', ['200']],
    liveness: ['Whether the process runs', ['200']],
    readiness: ['Whether it takes calls: not while locked or stopping', ['200', '503']],
  };

/** A probe, which needs no key. */
export function probeOperation(kind: ProbeKind): JsonObject {
  const [summary, statuses] = PROBES[kind];
  const schema = { type: 'object', properties: { status: { type: 'string' } } };
  const responses = statuses.map((status): [string, JsonObject] => [
    status,
    {
      description: status === '200' ? 'Yes.' : 'No.',
      headers: headerReferences(ALWAYS),
      ...(kind !== 'presence' && {
        content: { 'application/json': { schema: { ...schema, required: ['status'] } } },
      }),
    },
  ]);
  return {
    security: [],
    tags: ['Operation'],
    summary,
    responses: { ...errorReferences(PROBE_ERRORS), ...Object.fromEntries(responses) },
  };
}

/** `GET /metrics` of `postern serve`. Its errors have no body. */
export const METRICS_OPERATION: JsonObject = {
  security: [{ metricsToken: [] }, {}],
  tags: ['Operation'],
  summary: 'Metrics for Prometheus',
  description:
    'Only of `postern serve`. Without a token in the configuration, only this machine may ask, not through a proxy. Browsers may not.',
  responses: {
    '200': {
      description: 'The text format of Prometheus.',
      headers: headerReferences(['cache-control']),
      content: { 'text/plain': { schema: { type: 'string' } } },
    },
    '401': {
      description: 'The token is missing or wrong.',
      headers: headerReferences(['www-authenticate']),
    },
    '403': { description: 'The request comes from another machine, a proxy or a browser.' },
  },
};
