import { encodeUtf8 } from '@postern/kernel';
import type { RequestBody } from './request-body.ts';
import type { Span } from './scan-json.ts';

/** One change to a body: replaces the bytes of `span` with `text`. An empty span inserts. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** Replaces the name of the requested model. */
export function renameModel(body: RequestBody, name: string): Edit {
  return { span: body.model.span, text: JSON.stringify(name) };
}

/**
 * Requests the usage chunk at the end of the stream from an OpenAI-compatible upstream
 * (`stream_options.include_usage`). Keeps the client's other stream options.
 */
export function requestUsage(body: RequestBody, stream: Span): Edit {
  const options = body.streamOptions;
  if (options === undefined) {
    return insertion(stream.end, ',"stream_options":{"include_usage":true}');
  }
  if (options.holds === 'no-object') return { span: options.span, text: '{"include_usage":true}' };
  if (options.includeUsage !== undefined) return { span: options.includeUsage, text: 'true' };
  const separator = options.holds === 'members' ? ',' : '';
  return insertion(options.span.start + 1, `"include_usage":true${separator}`);
}

/** Applies all edits; returns the same buffer if there are none. Edits must not overlap. */
export function applyEdits(bytes: Buffer, edits: readonly Edit[]): Buffer {
  if (edits.length === 0) return bytes;
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const { span, text } of edits.toSorted((one, other) => one.span.start - other.span.start)) {
    pieces.push(bytes.subarray(from, span.start), encodeUtf8(text));
    from = span.end;
  }
  pieces.push(bytes.subarray(from));
  return Buffer.concat(pieces);
}

function insertion(at: number, text: string): Edit {
  return { span: { start: at, end: at }, text };
}
