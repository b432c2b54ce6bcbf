import { exportChats } from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import { freshHome, upPostern } from '@postern/testing';
import { CspEvaluator } from 'csp_evaluator';
import { Severity } from 'csp_evaluator/dist/finding.js';
import { CspParser } from 'csp_evaluator/dist/parser.js';
import { describe, expect, test } from 'vitest';
import { add, memoryStore } from '../conversations/store.ts';

/** What Google's CSP Evaluator finds in a policy, except what it only notes. */
function findingsIn(policy: string): readonly string[] {
  return new CspEvaluator(new CspParser(policy).csp)
    .evaluate()
    .filter(({ severity }) => severity < Severity.INFO)
    .map(({ severity, directive, value }) => `${Severity[severity]} ${directive} ${value ?? ''}`);
}

/** Not a finding but a question, which the evaluator asks about every page that loads its own scripts. */
const HOSTS_OTHER_SCRIPTS = "MEDIUM_MAYBE script-src 'self'";

describe('the content security policy, for Google’s CSP Evaluator', () => {
  test.each(['/', '/assets/missing.js', '/api/state'])(
    'of %s, as it is served, has no finding of high or medium severity',
    async (path) => {
      using home = freshHome();
      await using postern = await upPostern({ environment: home.environment });
      const response = await fetch(`${postern.pageAddress}${path}`);
      const policy = response.headers.get('content-security-policy');
      expect(policy).not.toBeNull();
      expect(findingsIn(policy ?? '')).toEqual([HOSTS_OTHER_SCRIPTS]);
    },
  );

  test('of an exported page has no finding', () => {
    const store = memoryStore();
    const chat = expectOk(store.create({ title: 'A chat' }));
    expectOk(add(store, chat, 'Hello'));
    const html = [...exportChats(store, [chat.id], 'html', 0)].join('');
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html) ?? [];
    expect(policy).toContain("default-src 'none'");
    expect(findingsIn(policy ?? '')).toEqual([]);
  });

  test.each([
    ["script-src 'unsafe-inline'; object-src 'none'; base-uri 'none'", /^HIGH script-src/],
    ["script-src 'self'", /^HIGH.* object-src/],
    ["default-src *; base-uri 'none'", /^HIGH default-src/],
    ["default-src 'none'; script-src https://www.google.com; base-uri 'none'", /^HIGH script-src/],
  ])('finds what is wrong with %s', (policy, expected) => {
    expect(findingsIn(policy).some((finding) => expected.test(finding))).toBe(true);
  });
});
