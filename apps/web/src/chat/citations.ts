import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';

/** Where a model says that something of its text comes from. */
export interface Citation {
  readonly words: string;
  readonly url: string | undefined;
}

/**
 * What can be shown of a text's annotations, each source once. Both dialects' citations are known
 * (Anthropic's `*_location`, OpenAI's `url_citation` and `file_citation`); others are left to the
 * whole JSON beside them.
 */
export function citationsOf(annotations: readonly JsonValue[]): readonly Citation[] {
  const found = new Map<string, Citation>();
  for (const annotation of annotations) {
    const citation = isJsonObject(annotation) ? citationOf(annotation) : undefined;
    if (citation !== undefined) found.set(`${citation.url ?? ''} ${citation.words}`, citation);
  }
  return [...found.values()];
}

function citationOf(annotation: JsonObject): Citation | undefined {
  const inner = annotation['url_citation'] ?? annotation['file_citation'];
  const source = isJsonObject(inner) ? inner : annotation;
  const url = text(source['url']);
  const words =
    text(source['title']) ?? text(source['document_title']) ?? text(source['filename']) ?? url;
  return words === undefined ? undefined : { words, url };
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
