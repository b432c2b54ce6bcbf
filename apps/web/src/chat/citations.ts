import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';

/** A source that a model cites. */
export interface Citation {
  readonly title: string;
  readonly url: string | undefined;
}

/**
 * Reads the sources in a text's annotations, each once: Anthropic's `*_location`, OpenAI's
 * `url_citation` and `file_citation`. Other annotations appear only in the JSON beside them.
 */
export function citationsOf(annotations: readonly JsonValue[]): readonly Citation[] {
  const found = new Map<string, Citation>();
  for (const annotation of annotations) {
    const citation = isJsonObject(annotation) ? citationOf(annotation) : undefined;
    if (citation !== undefined) found.set(`${citation.url ?? ''} ${citation.title}`, citation);
  }
  return [...found.values()];
}

function citationOf(annotation: JsonObject): Citation | undefined {
  const inner = annotation['url_citation'] ?? annotation['file_citation'];
  const source = isJsonObject(inner) ? inner : annotation;
  const url = text(source['url']);
  const title =
    text(source['title']) ?? text(source['document_title']) ?? text(source['filename']) ?? url;
  return title === undefined ? undefined : { title, url };
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
