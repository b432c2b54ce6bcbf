import { recordAnswer } from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { decodeChunks, fold } from '../dialects/decode-bytes.ts';
import { framed, recordings } from '../dialects/recordings.ts';
import { environment, openStore, scratchPath } from './store.ts';

describe('every recorded answer', () => {
  test('is stored without loss', () => {
    const path = scratchPath();
    const store = openStore(path);
    const conversation = expectOk(store.create({ title: 'recordings' }));
    const { clock } = environment;
    const schedule = () => () => undefined;
    const expected = recordings().map((recording) => {
      const message = expectOk(
        store.addMessage({
          conversationId: conversation.id,
          parentId: null,
          role: 'assistant',
          parts: [],
          status: 'streaming',
        }),
      );
      const recorder = recordAnswer(store, message, { saveEveryMs: 500, clock, schedule });
      const events = decodeChunks(recording.dialect, [framed(recording)]);
      for (const event of events) recorder.add(event);
      expectOk(recorder.finish());
      return fold(events);
    });
    store.close();
    const again = openStore(path);
    const { messages } = expectOk(again.open(conversation.id));
    expect(messages.map(({ parts }) => parts)).toEqual(expected.map(({ parts }) => parts));
    expect(messages.map(({ stopReason }) => stopReason)).toEqual(
      expected.map(({ stopReason }) => stopReason),
    );
    expect(messages.map(({ usage = {} }) => usage)).toEqual(expected.map(({ usage }) => usage));
    again.close();
  });
});
