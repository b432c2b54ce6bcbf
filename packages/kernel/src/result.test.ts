import { describe, expect, test } from 'vitest';
import { expectOk, failed, Fault, ok, unreachable, type Result } from './result.ts';

describe('Result', () => {
  test('ok contains its value, if any', () => {
    expect(ok(7)).toEqual({ ok: true, value: 7 });
    expect(ok()).toEqual({ ok: true, value: undefined });
  });

  test('failed contains its failure with the literal reason', () => {
    const result: Result<number, { readonly reason: 'locked' | 'damaged' }> = failed({
      reason: 'locked',
    });
    expect(result).toEqual({ ok: false, failure: { reason: 'locked' } });
  });

  test('expectOk returns the value', () => {
    expect(expectOk(ok('value'))).toBe('value');
  });

  test('expectOk throws for a failure, with only its reason in the message', () => {
    const failure = { reason: 'wrong-passphrase', passphrase: 'MARKED' } as const;
    expect(() => expectOk(failed(failure))).toThrow(Fault);
    expect(() => expectOk(failed(failure))).toThrow(/"wrong-passphrase"$/);
    expect(() => expectOk(failed(failure))).not.toThrow(/MARKED/);
  });

  test('unreachable throws without printing the value', () => {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- a variant that the types say cannot be
    const impossible = 'MARKED' as never;
    expect(() => unreachable(impossible)).toThrow(Fault);
    expect(() => unreachable(impossible)).toThrow('unreachable variant of type string');
  });
});
