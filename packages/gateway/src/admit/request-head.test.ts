import { describe, expect, it } from 'vitest';
import { readRequestHead } from './request-head.ts';

describe('readRequestHead', () => {
  it.each<[string, string[], string | undefined]>([
    ['a bearer', ['Authorization', 'Bearer abc'], 'abc'],
    ['a bearer in any case', ['AUTHORIZATION', 'bEARER   abc'], 'abc'],
    ['an api key', ['X-Api-Key', 'abc'], 'abc'],
    ['both, equal', ['Authorization', 'Bearer abc', 'X-Api-Key', 'abc'], 'abc'],
    ['both, different', ['Authorization', 'Bearer abc', 'X-Api-Key', 'abd'], undefined],
    ['two bearers', ['Authorization', 'Bearer abc', 'Authorization', 'Bearer abd'], undefined],
    ['another scheme', ['Authorization', 'Basic abc'], undefined],
    ['another scheme beside a key', ['Authorization', 'Basic abc', 'X-Api-Key', 'abc'], undefined],
    ['a bare key', ['Authorization', 'abc'], undefined],
    ['two words', ['Authorization', 'Bearer abc def'], undefined],
    ['nothing after the scheme', ['Authorization', 'Bearer '], undefined],
    ['nothing', [], undefined],
  ])('takes the key from %s', (_name, headers, token) => {
    expect(readRequestHead(headers).token).toBe(token);
  });

  it.each<[string, string[], string | undefined]>([
    ['one', ['Host', 'a.test'], 'a.test'],
    ['none', [], undefined],
    ['two', ['Host', 'a.test', 'host', 'b.test'], undefined],
    ['two alike', ['Host', 'a.test', 'Host', 'a.test'], undefined],
  ])('takes the host: %s', (_name, headers, host) => {
    expect(readRequestHead(headers).host).toBe(host);
  });

  it('passes versions and betas on verbatim, also repeated and unknown ones', () => {
    const headers = [
      'Anthropic-Beta',
      'a-2025-01-01,b-2099-12-31',
      'anthropic-version',
      '2023-06-01',
      'ANTHROPIC-BETA',
      'c, d',
    ];
    expect(readRequestHead(headers).forwarded).toEqual([
      'anthropic-beta',
      'a-2025-01-01,b-2099-12-31',
      'anthropic-version',
      '2023-06-01',
      'anthropic-beta',
      'c, d',
    ]);
  });

  it.each([
    'Authorization',
    'X-Api-Key',
    'Cookie',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'Forwarded',
    'X-Real-Ip',
    'Via',
    'Accept-Encoding',
    'User-Agent',
    'X-Stainless-Os',
    'X-Claude-Code-Session-Id',
    'Connection',
    'Keep-Alive',
    'Proxy-Authorization',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Expect',
    'Referer',
    'Origin',
    'OpenAI-Organization',
    'OpenAI-Project',
    'Host',
    'Content-Length',
    'Content-Type',
    'Baggage',
    'X-Anything',
  ])('keeps %s back', (name) => {
    expect(readRequestHead([name, 'value']).forwarded).toEqual([]);
  });

  it('sees a body with a content coding and requests of other sites', () => {
    expect(readRequestHead(['Content-Encoding', 'gzip']).encoded).toBe(true);
    expect(readRequestHead(['Content-Encoding', 'Identity']).encoded).toBe(false);
    expect(readRequestHead(['Sec-Fetch-Site', 'cross-site']).crossSite).toBe(true);
    expect(readRequestHead(['Sec-Fetch-Site', 'same-origin']).crossSite).toBe(false);
    expect(readRequestHead(['Content-Length', '12', 'Origin', 'null'])).toMatchObject({
      contentLength: 12,
      origin: 'null',
    });
  });
});
