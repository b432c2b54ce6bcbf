import { type ApiFailure, problem, type Problem, problemSaying } from '@postern/protocol';
import { parseJson } from '@postern/kernel';
import type { Context, MiddlewareHandler } from 'hono';
import * as v from 'valibot';
import { API_STATUS } from './api-status.ts';

/**
 * The largest body of an app request in bytes: room for a long pasted text and its JSON escapes.
 */
export const MAX_APP_BODY_BYTES = 16 * 1024 * 1024;

/** Rejects a body over the limit before it is read, and a body without a content-length. */
export function limitBody(maxBytes: number): MiddlewareHandler {
  return async (context, next) => {
    const { headers } = context.req.raw;
    if (headers.has('transfer-encoding')) {
      return failureResponse(
        problem('REQUEST_INVALID', 'The request needs a Content-Length header.'),
      );
    }
    if (Number(headers.get('content-length') ?? '0') > maxBytes) {
      return failureResponse(problem('REQUEST_TOO_LARGE'));
    }
    await next();
    return undefined;
  };
}

/** The JSON form of a failure for the page. */
export function failureResponse({ code, message, remedy, details }: Problem): Response {
  const body: ApiFailure = {
    error: { code, message, remedy, ...(details === undefined ? {} : { details }) },
  };
  return Response.json(body, { status: API_STATUS[code] });
}

export type ParsedBody<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly response: Response };

/**
 * Parses the body of a request with its schema, or returns a response that names the invalid field.
 */
export async function parseBody<Schema extends v.GenericSchema>(
  context: Context,
  schema: Schema,
): Promise<ParsedBody<v.InferOutput<Schema>>> {
  const refuse = (failure: Problem): ParsedBody<never> => ({
    ok: false,
    response: failureResponse(failure),
  });
  const type = context.req.header('content-type') ?? '';
  if (!/^application\/json(;|$)/i.test(type)) {
    return refuse(problem('REQUEST_INVALID', 'The body must be application/json.'));
  }
  const json = parseJson(await context.req.text(), { maxLength: MAX_APP_BODY_BYTES, maxDepth: 32 });
  if (!json.ok) return refuse(problem('REQUEST_INVALID', "The body isn't valid JSON."));
  const parsed = v.safeParse(schema, json.value);
  if (parsed.success) return { ok: true, value: parsed.output };
  const place = v.getDotPath(parsed.issues[0]) ?? 'The body';
  return refuse(problemSaying('REQUEST_INVALID', '{field} is invalid.', { field: place }));
}
