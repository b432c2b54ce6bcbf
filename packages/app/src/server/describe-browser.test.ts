import { expect, test } from 'vitest';
import { describeBrowser } from './describe-browser.ts';

const KHTML = 'AppleWebKit/537.36 (KHTML, like Gecko)';

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  [`Mozilla/5.0 (Windows NT 10.0; Win64) ${KHTML} Chrome/140.0 Safari/537.36`, 'Chrome on Windows'],
  [
    `Mozilla/5.0 (X11; Linux x86_64) ${KHTML} HeadlessChrome/140.0 Safari/537.36`,
    'Chrome on Linux',
  ],
  [
    `Mozilla/5.0 (Windows NT 10.0) ${KHTML} Chrome/140.0 Safari/537.36 Edg/140.0`,
    'Edge on Windows',
  ],
  [
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) ${KHTML} Version/18.0 Safari/605`,
    'Safari on macOS',
  ],
  [`Mozilla/5.0 (Linux; Android 15) ${KHTML} Chrome/140.0 Mobile Safari/537`, 'Chrome on Android'],
  ['curl/8.14.1', 'Another program'],
  ['<script>Firefox</script>', 'Another program'],
  ['', 'Another program'],
])('%s', (userAgent, expected) => {
  expect(describeBrowser(userAgent)).toBe(expected);
});
