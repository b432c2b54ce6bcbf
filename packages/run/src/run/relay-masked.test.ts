import { PassThrough, Readable, Writable } from 'node:stream';
import { Secret } from '@postern/kernel';
import { expect, test } from 'vitest';
import { createMasker } from '../masking/masker.ts';
import { relayMasked } from './relay-masked.ts';

const SECRET = 'sk-ant-api03-Zq7_x9-Lm';
const masker = createMasker([Secret.of(SECRET)]);

function sinkInto(parts: string[], highWaterMark = 16_384): Writable {
  return new Writable({
    highWaterMark,
    write: (chunk: Buffer, _encoding, done) => {
      parts.push(chunk.toString());
      setImmediate(done);
    },
  });
}

const unexpected = (): void => {
  throw new Error('the sink did not close');
};

test('masks across chunks and passes the rest on, even to a slow sink', async () => {
  const parts: string[] = [];
  const text = `begin ${SECRET} end\n`.repeat(200);
  const chunks = [...Array(Math.ceil(text.length / 7)).keys()].map((at) =>
    text.slice(at * 7, at * 7 + 7),
  );
  await relayMasked(Readable.from(chunks), sinkInto(parts, 16), masker, unexpected);
  expect(parts.join('')).toBe('begin [masked] end\n'.repeat(200));
});

test('shows held-back bytes after a pause, and still masks what follows', async () => {
  const parts: string[] = [];
  const source = new PassThrough();
  const relayed = relayMasked(source, sinkInto(parts), masker, unexpected);
  source.write('password: s');
  await expect.poll(() => parts.join('')).toBe('password: s');
  source.write(SECRET.slice(1, 9));
  await expect.poll(() => parts.join('')).toBe('password: sk');
  source.end(`${SECRET.slice(9)}!`);
  await relayed;
  expect(parts.join('')).toBe('password: sk[masked]!');
});

test('stops when the sink closes', async () => {
  const source = new PassThrough();
  const sink = new PassThrough();
  let isTold = false;
  const relayed = relayMasked(source, sink, masker, () => (isTold = true));
  sink.destroy();
  source.write('more');
  await relayed;
  expect({ isTold, isDestroyed: source.destroyed }).toEqual({ isTold: true, isDestroyed: true });
});

test('stops when the sink fails', async () => {
  const failing = new Writable({
    write: (_chunk, _encoding, done) => {
      done(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    },
  });
  const source = new PassThrough();
  let isTold = false;
  const relayed = relayMasked(source, failing, masker, () => (isTold = true));
  source.write('one');
  setImmediate(() => source.write('two'));
  expect(await relayed).toBe('ENOSPC');
  expect({ isTold, isDestroyed: source.destroyed }).toEqual({ isTold: true, isDestroyed: true });
});
