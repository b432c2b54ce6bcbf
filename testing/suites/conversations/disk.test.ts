import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordAnswer } from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import type { Message } from '@postern/protocol';
import { mountSmallDisk, skipBecause, whyNoSmallDisk } from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { add, environment, openStore } from './store.ts';

const skip = skipBecause('conversations on a full disk', whyNoSmallDisk());

describe.skipIf(skip)('a disk that fills up', () => {
  test('loses no message, and saves the running answer when there is space again', () => {
    const disk = mountSmallDisk(4 * 1024 * 1024);
    onTestFinished(() => {
      disk.unmount();
    });
    const path = join(disk.path, 'conversations.db');
    const store = openStore(path);
    const conversation = expectOk(store.create({ title: 'x' }));
    const answer = expectOk(
      store.addMessage({
        conversationId: conversation.id,
        parentId: null,
        role: 'assistant',
        parts: [],
        status: 'streaming',
      }),
    );
    const ballast = join(disk.path, 'ballast');
    const { bavail, bsize } = statfsSync(disk.path);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 1_500_000));
    const kept: Message[] = [];
    let added = add(store, conversation, 'words '.repeat(500));
    for (; added.ok; added = add(store, conversation, 'words '.repeat(500))) kept.push(added.value);
    expect(added.failure).toMatchObject({ reason: 'disk-full' });
    expect(kept.length).toBeGreaterThan(10);
    expect(expectOk(store.open(conversation.id)).messages).toEqual([answer, ...kept]);

    const { clock } = environment;
    const schedule = () => () => undefined;
    const recorder = recordAnswer(store, answer, { saveEveryMs: 500, clock, schedule });
    const part = { kind: 'text', text: 'long '.repeat(20_000) } as const;
    recorder.add({ kind: 'part-start', index: 0, part });
    recorder.add({ kind: 'finish', stopReason: 'end' });
    expect(recorder.finish()).toMatchObject({ failure: { reason: 'disk-full' } });
    expect(store.message(answer.id)).toEqual({ ok: true, value: answer });
    rmSync(ballast);
    const final = expectOk(recorder.finish());
    expect(final).toMatchObject({ status: 'complete', parts: [part] });
    store.close();

    const again = openStore(path);
    expect(expectOk(again.open(conversation.id)).messages).toEqual([final, ...kept]);
    again.close();
  });
});
