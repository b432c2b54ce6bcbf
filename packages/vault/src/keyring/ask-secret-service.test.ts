import { describe, expect, it } from 'vitest';
import { startFakeBus, type Say } from '../testing/fake-bus.ts';
import { fakeSecretService } from '../testing/fake-secret-service.ts';
import { secretServiceAnswers } from './ask-secret-service.ts';

const ALIVE = fakeSecretService([]);
const ROWS: readonly (readonly [string, () => Say, string, boolean])[] = [
  ['answers', () => (writer) => void writer.text('/'), 'OK 00\r\n', true],
  ['has no such service', () => 'error', 'OK 00\r\n', false],
  ['says nothing to the question', () => 'nothing', 'OK 00\r\n', false],
  ['sends no message', () => Buffer.alloc(40, 0xff), 'OK 00\r\n', false],
  ['knows nobody', () => 'error', 'REJECTED EXTERNAL\r\n', false],
];

describe('asking the Secret Service', () => {
  it.each(ROWS)('of a bus that %s', async (_name, respond, greeting, answers) => {
    await using bus = await startFakeBus(respond, { greeting });
    expect(await secretServiceAnswers(bus.address, 500)).toBe(answers);
  });

  it('needs nothing but that it is there', async () => {
    await using bus = await startFakeBus(ALIVE);
    expect(await secretServiceAnswers(bus.address, 500)).toBe(true);
    expect(bus.heard).toEqual(['Hello', 'ReadAlias']);
  });

  it('without a bus is no answer', async () => {
    expect(await secretServiceAnswers('unix:path=/nonexistent/bus', 500)).toBe(false);
    expect(await secretServiceAnswers('autolaunch:', 500)).toBe(false);
  });
});
