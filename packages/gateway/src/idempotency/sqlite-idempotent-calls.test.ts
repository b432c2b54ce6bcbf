import { expectOk } from '@postern/kernel';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LimitsWorld } from '../testing/limits-world.ts';
import type { ClaimRequest, RecordedAnswer } from './idempotent-calls.ts';
import { SqliteIdempotentCalls } from './sqlite-idempotent-calls.ts';

const HOUR_MS = 3_600_000;

let world: LimitsWorld;
let requests: number;

beforeEach(() => {
  vi.useFakeTimers();
  world = new LimitsWorld();
  requests = 0;
});

afterEach(() => {
  vi.useRealTimers();
  world.database.close();
});

/** The calls of one process. */
function newProcess(processName = ''): SqliteIdempotentCalls {
  return new SqliteIdempotentCalls({
    processName,
    database: world.database,
    clock: { nowMs: () => world.nowMs, monotonicMs: () => world.nowMs },
    randomness: { bytes: (count) => randomBytes(count) },
  });
}

function request(name: number, fingerprint = 0): ClaimRequest {
  requests += 1;
  return {
    keyId: world.keyId,
    name: new Uint8Array(32).fill(name),
    fingerprint: new Uint8Array(32).fill(fingerprint),
    requestId: `req_${String(requests)}`,
  };
}

function answer(bytes = 2): RecordedAnswer {
  return { status: 200, fields: ['content-type', 'a'], body: Buffer.alloc(bytes, 7) };
}

const stateOf = (calls: SqliteIdempotentCalls, claim: ClaimRequest): string =>
  expectOk(calls.claim(claim)).state;

/** Time passes for processes that are alive. */
function pass(ms: number): void {
  for (let left = ms; left > 0; left -= 1000) {
    world.nowMs += 1000;
    vi.advanceTimersByTime(1000);
  }
}

describe('a claim', () => {
  it('lets one request run, until its answer is there', () => {
    const [one, other] = [newProcess(), newProcess()];
    const first = request(1);
    expect(stateOf(one, first)).toBe('first');
    expect([stateOf(one, request(1)), stateOf(other, request(1))]).toEqual(['running', 'running']);
    expectOk(one.record(first, answer(), HOUR_MS));
    expect(expectOk(other.claim(request(1)))).toEqual({
      state: 'repeated',
      answer: answer(),
      firstId: first.requestId,
    });
    expect(stateOf(other, request(1, 9))).toBe('different');
  });

  it('lets a repetition run after it was released, by its holder only', () => {
    const [one, other] = [newProcess(), newProcess()];
    const first = request(1);
    one.claim(first);
    other.release(first);
    expect(stateOf(other, request(1))).toBe('running');
    one.release(first);
    expect(stateOf(other, request(1))).toBe('first');
  });

  it('holds for as long as its process lives', () => {
    const [one, other] = [newProcess(), newProcess()];
    one.claim(request(1));
    pass(10 * 60_000);
    expect(stateOf(other, request(1))).toBe('running');
  });

  it('is lost 30 s after its process was killed', () => {
    const killed = newProcess();
    killed.claim(request(1));
    vi.clearAllTimers();
    const other = newProcess();
    pass(29_000);
    expect(stateOf(other, request(1))).toBe('running');
    pass(1000);
    expect(stateOf(other, request(1))).toBe('first');
  });

  it('is lost at once if another process knows that its process has ended, but no answer is', () => {
    const [killed, other] = [newProcess('killed.'), newProcess('killed')];
    const [first, answered, running] = [request(1), request(2), request(3)];
    killed.claim(first);
    killed.claim(answered);
    expectOk(killed.record(answered, answer(), HOUR_MS));
    other.claim(running);
    expectOk(other.recover('killed.'));
    expect(stateOf(other, request(1))).toBe('first');
    expect(stateOf(other, request(2))).toBe('repeated');
    expect(stateOf(newProcess(), request(3))).toBe('running');
  });

  it('that another process took over records nothing', () => {
    const one = newProcess();
    const first = request(1);
    one.claim(first);
    world.nowMs += 31_000;
    const other = newProcess();
    const second = request(1);
    expect(stateOf(other, second)).toBe('first');
    expectOk(one.record(first, answer(9), HOUR_MS));
    expect(stateOf(other, request(1))).toBe('running');
    expectOk(other.record(second, answer(), HOUR_MS));
    expect(expectOk(other.claim(request(1)))).toMatchObject({ firstId: second.requestId });
  });

  it('of this process holds whatever the clock says', () => {
    const one = newProcess();
    one.claim(request(1));
    for (const ms of [HOUR_MS * 1000, -HOUR_MS * 5000]) {
      world.nowMs += ms;
      expect(stateOf(one, request(1))).toBe('running');
    }
  });

  it('ends when its process closes', () => {
    const one = newProcess();
    one.claim(request(1));
    one.close();
    expect(stateOf(newProcess(), request(1))).toBe('first');
  });
});

describe('an answer', () => {
  const record = (calls: SqliteIdempotentCalls, name: number, bytes?: number): void => {
    const claim = request(name);
    expect(stateOf(calls, claim)).toBe('first');
    expectOk(calls.record(claim, answer(bytes), HOUR_MS));
  };
  const rows = (): number => world.number('SELECT count(*) FROM idempotent_call');

  it('expires, and is removed within a minute', () => {
    const calls = newProcess();
    record(calls, 1);
    pass(HOUR_MS - 1000);
    expect([stateOf(calls, request(1)), rows()]).toEqual(['repeated', 1]);
    pass(61_000);
    expect(rows()).toBe(0);
  });

  it('that was written before the clock was set back by years does not stay for years', () => {
    const calls = newProcess();
    record(calls, 1);
    world.nowMs -= 1000 * 24 * HOUR_MS;
    expect(stateOf(calls, request(1))).toBe('first');
  });

  it('is removed if 1,000 others of its key are newer', () => {
    const calls = newProcess();
    const named = (at: number): ClaimRequest => {
      const name = new Uint8Array(32);
      new DataView(name.buffer).setUint32(0, at);
      return { ...request(0), name };
    };
    for (let at = 0; at <= 1000; at += 1) {
      const claim = named(at);
      calls.claim(claim);
      calls.record(claim, answer(), HOUR_MS);
    }
    expect(rows()).toBe(1000);
    expect([stateOf(calls, named(1)), stateOf(calls, named(0))]).toEqual(['repeated', 'first']);
  });

  it('is removed if newer ones of all keys take 64 MB, but no running claim is', () => {
    const calls = newProcess();
    calls.claim(request(200));
    for (let at = 0; at < 70; at += 1) record(calls, at, 1024 * 1024);
    const bytes = world.number('SELECT sum(length(body)) FROM idempotent_call');
    expect(bytes).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(bytes).toBeGreaterThan(60 * 1024 * 1024);
    expect(stateOf(calls, request(200))).toBe('running');
    expect([stateOf(calls, request(0)), stateOf(calls, request(69))]).toEqual([
      'first',
      'repeated',
    ]);
  });
});
