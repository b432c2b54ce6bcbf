import { describe, expect, it } from 'vitest';
import { openableAddress } from './link-address.ts';

describe('openableAddress', () => {
  it.each([
    ['https://a.example/b?c#d', 'https://a.example/b?c#d'],
    ['HTTP://A.example', 'http://a.example/'],
    ['mailto:a@b.example', 'mailto:a@b.example'],
    ['https://пример.example/', 'https://xn--e1afmkfd.example/'],
    ['https://a@b.example/', 'https://a@b.example/'],
  ])('%s may be opened', (href, expected) => {
    expect(openableAddress(href)?.href).toBe(expected);
  });

  it.each([
    undefined,
    '',
    '/path',
    '//host/path',
    '#a',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://a.example/x',
    'file:///etc/passwd',
    'vbscript:x',
    'ftp://a.example',
    'view-source:https://a.example',
    'about:blank',
    'tel:1',
    'ms-settings:x',
  ])('%s may not', (href) => {
    expect(openableAddress(href)).toBeUndefined();
  });
});
