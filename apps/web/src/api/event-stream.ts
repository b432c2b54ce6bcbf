import { utf8StreamDecoder } from '@postern/kernel';

/**
 * The `data` of each event of a `text/event-stream` (WHATWG HTML, "Server-sent events"), whatever
 * the chunks are cut like. Comments and other fields are passed over; an event that the stream
 * ends in the middle of is dropped.
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
      // A lone CR at the end may be the first half of CRLF, so it waits.
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
