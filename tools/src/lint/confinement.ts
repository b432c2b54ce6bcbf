/** A capability that only some files may use. One lint rule each, made by `confined-rule.ts`. */
export interface Confinement {
  readonly rule: string;
  readonly why: string;
  /** Modules whose import is the capability. */
  readonly modules?: readonly string[];
  /** Named imports that are the capability, whatever module they come from. */
  readonly imported?: readonly string[];
  /** Globals whose mere mention is the capability. */
  readonly globals?: readonly string[];
  /** `object.property` pairs on globals. */
  readonly members?: readonly string[];
  /** Where it is allowed: globs from the root. */
  readonly allowed: readonly string[];
}

const TESTS = ['**/*.test.ts', '**/*.test.tsx', '**/src/testing/**', 'testing/**', 'tools/**'];

export const CONFINEMENTS: readonly Confinement[] = [
  {
    rule: 'no-reveal',
    why: 'only listed files turn a Secret back into text',
    imported: ['revealSecret'],
    allowed: [
      ...TESTS,
      'packages/kernel/src/index.ts',
      'packages/vault/src/keyring/keyring-store.ts',
      'packages/vault/src/file/vault-file.ts',
      'packages/vault/src/slots/derive-key.ts',
      'packages/vault/src/recovery-code.ts',
      'packages/vault/src/key-form.ts',
      'packages/database/src/raw-key.ts',
      'packages/upstreams/src/authorize.ts',
      'packages/upstreams/src/proxy.ts',
      'apps/cli/src/commands/secret-get.ts',
    ],
  },
  {
    rule: 'no-environment',
    why: 'the composition root alone reads the environment and the command line',
    members: ['process.env', 'process.argv'],
    allowed: [
      ...TESTS,
      'apps/cli/src/config/**',
      'apps/cli/src/main.ts',
      'apps/cli/bin/**',
      '*.ts',
      '*.js',
    ],
  },
  {
    rule: 'no-network',
    why: 'only upstreams opens connections; only the composition root listens',
    modules: [
      'undici',
      'node:net',
      'node:http',
      'node:https',
      'node:http2',
      'node:tls',
      'node:dgram',
      'node:dns',
    ],
    globals: ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'],
    allowed: [
      ...TESTS,
      'packages/upstreams/src/**',
      'packages/gateway/src/http/**',
      'apps/cli/src/server/**',
      'apps/cli/src/instance/**',
      'apps/web/src/api/**',
    ],
  },
  {
    rule: 'no-crypto',
    why: 'cryptography stays where it is reviewed',
    modules: ['node:crypto', 'crypto', 'jose', '@node-rs/argon2'],
    globals: ['crypto'],
    allowed: [
      ...TESTS,
      'packages/vault/src/**',
      'packages/audit/src/**',
      'packages/database/src/page-authenticator.ts',
      'packages/database/src/open-database.ts',
      'packages/gateway/src/keys/**',
      'apps/cli/src/system/**',
      'apps/cli/src/server/session*.ts',
    ],
  },
  {
    rule: 'no-json-parse',
    why: 'untrusted text goes through parseJson of the kernel, which caps it and refuses prototype keys',
    members: ['JSON.parse'],
    allowed: [...TESTS, 'packages/kernel/src/json.ts'],
  },
  {
    rule: 'no-console',
    why: 'output goes through the command line terminal',
    globals: ['console'],
    members: ['process.stdout', 'process.stderr'],
    allowed: [...TESTS, 'apps/cli/src/terminal/**', 'apps/cli/bin/**'],
  },
  {
    rule: 'no-clock',
    why: 'time is an argument: the Clock port of the kernel',
    members: ['Date.now', 'performance.now'],
    globals: ['performance'],
    allowed: [...TESTS, 'apps/cli/src/system/**', 'apps/web/src/**'],
  },
  {
    rule: 'no-randomness',
    why: 'randomness is an argument: the Randomness port of the kernel',
    members: ['Math.random', 'crypto.getRandomValues', 'crypto.randomUUID'],
    allowed: [...TESTS, 'apps/cli/src/system/**'],
  },
];
