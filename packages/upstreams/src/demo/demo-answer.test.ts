import { EMPTY_ANSWER, foldAnswer, type AnswerEvent, type Turn } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { DEMO_MODELS, demoAnswer, demoText } from './demo-answer.ts';

const never = new AbortController().signal;
const user = (text: string): Turn => ({ role: 'user', parts: [{ kind: 'text', text }] });
const assistant = (text: string): Turn => ({ role: 'assistant', parts: [{ kind: 'text', text }] });

async function collect(events: AsyncIterable<AnswerEvent>): Promise<readonly AnswerEvent[]> {
  const list: AnswerEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

describe('what the demo says', () => {
  it.each([
    ['show me a table', /^\| :-- \| :-: \| --: \|/m],
    ['some code please', /^```ts$/m],
    ['Maths!', /^\$\$$/m],
    ['what is the vault?', /postern secret set/],
    ['something long', /### Stone 24/],
  ])('%s', (question, expected) => {
    const text = demoText([user(question)]);
    expect(text).toMatch(expected);
    expect(text).toContain('This is the offline demo');
    expect(demoText([user(question)])).toBe(text);
  });

  it('greets with everything that a page renders, and says that it understands nothing', () => {
    const text = demoText([user('How many angels dance on a pin?')]);
    for (const part of [/^# /m, /^## The vault/m, /^```python$/m, /^\| Part \|/m, /^- \[x\] /m]) {
      expect(text).toMatch(part);
    }
    expect(text).toMatch(/\$e\^\{i\\pi\} \+ 1 = 0\$/);
    expect(text).toMatch(/^\$\$$/m);
    expect(text).toContain('**31 characters**');
  });

  it('later says so at once', () => {
    const text = demoText([user('Hello'), assistant('…'), user('?')]);
    expect(text).toContain('**1 character**');
    expect(text).not.toContain('# Welcome');
  });

  it('fences are closed and nothing is left to fill in', () => {
    for (const question of ['hello', 'table', 'code', 'maths', 'long', 'help']) {
      const text = demoText([user(question)]);
      expect((text.match(/^```/gm) ?? []).length % 2).toBe(0);
      expect((text.match(/^\$\$$/gm) ?? []).length % 2).toBe(0);
      expect(text).not.toMatch(/\[object|\$\{/);
    }
  });
});

describe('how the demo streams', () => {
  it.each(DEMO_MODELS.map(({ id }) => id))('%s: word by word, at its pace', async (model) => {
    const waits: number[] = [];
    const pause = (ms: number): Promise<void> => {
      waits.push(ms);
      return Promise.resolve();
    };
    const turns = [user('code')];
    const events = await collect(demoAnswer({ model, turns, stream: true }, pause, never));
    const answer = events.reduce(foldAnswer, EMPTY_ANSWER);
    expect(answer).toMatchObject({ model, stopReason: 'end', ended: true, failure: undefined });
    expect(answer.parts).toEqual([{ kind: 'text', text: demoText(turns) }]);
    expect(answer.usage.outputTokens).toBe(Math.ceil(demoText(turns).length / 4));
    const deltas = events.filter(({ kind }) => kind === 'part-delta');
    expect(waits).toHaveLength(deltas.length);
    const wordMs = DEMO_MODELS.find(({ id }) => id === model)?.wordMs;
    expect(Math.min(...waits)).toBe(wordMs);
  });

  it('shows its first answer within four seconds', async () => {
    let sumMs = 0;
    const pause = (ms: number): Promise<void> => {
      sumMs += ms;
      return Promise.resolve();
    };
    await collect(demoAnswer({ model: 'demo', turns: [user('Hi')], stream: true }, pause, never));
    expect(sumMs).toBeGreaterThan(500);
    expect(sumMs).toBeLessThan(4000);
  });

  it('does not wait where no stream is asked for', async () => {
    const pause = (): Promise<void> => Promise.reject(new Error('waited'));
    const request = { model: 'demo', turns: [user('x')], stream: false };
    expect((await collect(demoAnswer(request, pause, never))).at(-1)?.kind).toBe('finish');
  });

  it('stops on abort, in the middle of a wait', async () => {
    const stop = new AbortController();
    const pause = (_: number, signal: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
        stop.abort();
      });
    const request = { model: 'demo', turns: [user('x')], stream: true };
    const events = await collect(demoAnswer(request, pause, stop.signal));
    expect(events.at(-1)).toMatchObject({ failure: { code: 'REQUEST_CANCELLED' } });
    expect(events.filter(({ kind }) => kind === 'part-delta')).toEqual([]);
  });

  it('knows only its own models', async () => {
    const request = { model: 'gpt', turns: [user('x')], stream: true };
    const events = await collect(demoAnswer(request, () => Promise.resolve(), never));
    expect(events).toMatchObject([{ kind: 'failure', failure: { code: 'UPSTREAM_NOT_FOUND' } }]);
  });
});
