import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { pathOfProgram } from './system-programs/system-programs.ts';

/** A problem that no page of the product may cause. */
export interface Complaint {
  readonly kind:
    | 'console-error'
    | 'page-error'
    | 'policy-violation'
    | 'foreign-request'
    | 'dialog'
    | 'download'
    | 'new-page';
  readonly text: string;
}

export interface ChromiumOptions {
  /** The origins that pages may send requests to, such as `http://127.0.0.1:7420`. */
  readonly origins: readonly string[];
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: boolean;
}

/** A browser with its own profile. */
export interface ChromiumSession extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /** The directory of its profile. */
  readonly profile: string;
  /** All problems so far, in order. */
  complaints(): readonly Complaint[];
}

// No host name except loopback resolves, for pages and for the browser itself.
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE [::1]',
];

/** Playwright's default is 30 s, which isn't enough on a busy machine. */
const HANG_MS = 180_000;

const VIOLATION = 'policy violation: ';
const REPORT_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) => {
  console.error('${VIOLATION}' + event.violatedDirective + ' ' + event.blockedURI);
});`;

/** Starts Debian's Chromium without a window. */
export async function startChromium(options: ChromiumOptions): Promise<ChromiumSession> {
  const executablePath = pathOfProgram('chromium');
  if (executablePath === undefined) throw new Error('chromium is not installed');
  const profile = mkdtempSync(join(tmpdir(), 'postern-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ARGUMENTS,
    headless: true,
    chromiumSandbox: false,
    viewport: options.viewport ?? { width: 1280, height: 800 },
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: options.reducedMotion === true ? 'reduce' : 'no-preference',
  });
  const complaints = await listen(context, options.origins);
  context.setDefaultTimeout(HANG_MS);
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    context,
    page,
    profile,
    complaints: () => complaints,
    [Symbol.asyncDispose]: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function listen(
  context: BrowserContext,
  origins: readonly string[],
): Promise<readonly Complaint[]> {
  const complaints: Complaint[] = [];
  const complain = (kind: Complaint['kind'], text: string): void => {
    complaints.push({ kind, text });
  };
  await context.addInitScript({ content: REPORT_VIOLATIONS });
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol === 'data:' || url.protocol === 'blob:') return;
    if (!origins.includes(url.origin)) complain('foreign-request', request.url());
  });
  const watch = (page: Page): void => {
    page.on('console', (message) => {
      const text = message.text();
      if (text.startsWith(VIOLATION)) complain('policy-violation', text.slice(VIOLATION.length));
      else if (message.type() === 'error') complain('console-error', text);
    });
    page.on('pageerror', (error) => {
      complain('page-error', error.message);
    });
    page.on('dialog', (dialog) => {
      complain('dialog', `${dialog.type()}: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('download', (download) => {
      complain('download', download.url());
    });
    page.on('popup', (popup) => {
      complain('new-page', popup.url());
    });
  };
  for (const page of context.pages()) watch(page);
  context.on('page', watch);
  return complaints;
}
