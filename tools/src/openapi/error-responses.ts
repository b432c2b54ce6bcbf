import type { Dialect } from '@postern/dialects';
import type { JsonObject, JsonValue } from '@postern/kernel';
import { ERROR_CODES } from '@postern/protocol';
import { failuresOf } from './failures.ts';
import { ALWAYS, headerReferences } from './headers.ts';
import { schemaOf } from './json-schema.ts';

type Requests = Parameters<typeof failuresOf>[0];

interface Encoded {
  readonly dialect: Dialect;
  readonly name: string;
  readonly code: keyof typeof ERROR_CODES;
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: JsonObject;
}

const EVERY_REQUEST: Requests = ['any', 'keyed', 'call', 'list', 'model', 'elsewhere'];
const REQUEST_ID = 'req_01kb4zk3yv8m9n2p5r7t1w4x6c1';

/** The name of the schema of errors in a dialect. */
export function errorSchemaName(dialect: Dialect): string {
  return `${dialect.id}.error`;
}

/** The schema of errors in a dialect: of the gateway's own, and of a provider's that has no code of Postern's. */
export function errorSchema(dialect: Dialect): JsonObject {
  const bodies = encodedFailures(dialect, EVERY_REQUEST).map(({ body }) => body);
  const ofProvider = dialect.encodeError({
    status: 500,
    message: 'The server had an error.',
    requestId: REQUEST_ID,
  });
  return {
    description:
      'An error of Postern, or of the provider in the form of this dialect. An error that is passed on unchanged has the fields that the provider gives it.',
    ...schemaOf([...bodies, ofProvider.body]),
  };
}

/** Requests whose errors are described together. */
export interface ErrorGroup {
  readonly name: string;
  /** Those in which the error may be. Several if a header of the client decides. */
  readonly dialects: readonly Dialect[];
  readonly requests: Requests;
}

/** References to the responses of a group, by status. */
export function errorReferences(group: ErrorGroup): Readonly<Record<string, JsonObject>> {
  const statuses = [...failuresByStatus(group).keys()];
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { $ref: `#/components/responses/${responseName(group, status)}` },
    ]),
  );
}

/** The responses of a group. The examples are what the product itself writes. */
export function errorResponses(group: ErrorGroup): readonly (readonly [string, JsonObject])[] {
  return [...failuresByStatus(group)].map(([status, failures]) => [
    responseName(group, status),
    errorResponse(group, failures),
  ]);
}

function responseName({ name }: ErrorGroup, status: number): string {
  return `${name}.${status}`;
}

function errorResponse({ dialects }: ErrorGroup, failures: readonly Encoded[]): JsonObject {
  const codes = [...new Set(failures.map(({ code }) => code))];
  const schemas = dialects.map((dialect): JsonValue => ({
    $ref: `#/components/schemas/${errorSchemaName(dialect)}`,
  }));
  const examples = failures.map(({ dialect, name, code, body }): [string, JsonValue] => [
    dialects.length === 1 ? name : `${name}.${dialect.id}`,
    { summary: code, value: body },
  ]);
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].meaning}`).join('\n\n'),
    headers: headerReferences([...ALWAYS, ...new Set(failures.flatMap(({ headers }) => headers))]),
    content: {
      'application/json': {
        schema: schemas.length === 1 ? (schemas[0] ?? {}) : { anyOf: schemas },
        examples: Object.fromEntries(examples),
      },
    },
  };
}

function failuresByStatus({
  dialects,
  requests,
}: ErrorGroup): ReadonlyMap<number, readonly Encoded[]> {
  const failures = dialects.flatMap((dialect) => encodedFailures(dialect, requests));
  const statuses = [...new Set(failures.map(({ status }) => status))].sort((a, b) => a - b);
  return new Map(
    statuses.map((wanted) => [wanted, failures.filter(({ status }) => status === wanted)]),
  );
}

function encodedFailures(dialect: Dialect, requests: Requests): readonly Encoded[] {
  return failuresOf(requests).map(({ name, answer }) => {
    const { status, headers, body } = dialect.encodeError({ ...answer, requestId: REQUEST_ID });
    return { dialect, name, code: answer.code, status, headers: Object.keys(headers), body };
  });
}
