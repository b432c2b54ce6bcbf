import { utf8StreamDecoder } from '@postern/kernel';

/**
 * Decodes the `data` of each event in a `text/event-stream` (WHATWG HTML, "Server-sent events").
 * Chunks may end anywhere. Ignores comments and other fields; drops an event the stream cuts off.
 */
export function eventDataDecoder(): { push(chunk: Uint8Array): readonly string[] } {
  const decoder = utf8StreamDecoder();
  let rest = '';
  let data: string[] = [];

  const takeLine = (line: string, found: string[]): void => {
    if (line === '') {
      if (data.length > 0) found.push(data.join('\n'));
      data = [];
    } else if (line.startsWith('data:')) {
      data.push(line.startsWith('data: ') ? line.slice(6) : line.slice(5));
    }
  };

  return {
    push(chunk) {
      const found: string[] = [];
      rest += decoder.push(chunk);
      // A CR at the end may be the first half of a CRLF, so it stays in the buffer.
      const lines = /\r\n|\n|\r(?!$)/g;
      let from = 0;
      for (const end of rest.matchAll(lines)) {
        takeLine(rest.slice(from, end.index), found);
        from = end.index + end[0].length;
      }
      rest = rest.slice(from);
      return found;
    },
  };
}
