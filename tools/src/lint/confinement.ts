/** A capability that only some files may use. `confined-rule.ts` creates one lint rule for each. */
export interface Confinement {
  readonly rule: string;
  readonly why: string;
  /** Modules that give the capability when imported, including their subpaths. */
  readonly modules?: readonly string[];
  /**
   * Exports that give the capability, by module. A relative import counts under the module's path.
   */
  readonly exports?: readonly ModuleExports[];
  /** Names that give the capability when imported from any module. */
  readonly imported?: readonly string[];
  /** Globals that give the capability when mentioned. */
  readonly globals?: readonly string[];
  /** `object.property` pairs on globals. The object may then only be used for its properties. */
  readonly members?: readonly string[];
  /** Global classes that give the capability when constructed or called without an argument. */
  readonly withoutArgument?: readonly string[];
  /** Names of options in an object literal. */
  readonly options?: readonly string[];
  /** Whether imports with a computed target give the capability. */
  readonly hiddenImports?: boolean;
  /** Whether the global object as a value (an alias, a computed property) gives the capability. */
  readonly globalObject?: boolean;
  /** The files that may use it: globs from the root. */
  readonly allowed: readonly string[];
}

export interface ModuleExports {
  readonly modules: readonly string[];
  readonly names: readonly string[];
}

const TESTS = ['**/*.test.ts', '**/*.test.tsx', '**/src/testing/**', 'testing/**', 'tools/**'];
const CONFIGURATION = ['*.ts', '*.js', 'apps/web/vite.config.ts'];

export const CONFINEMENTS: readonly Confinement[] = [
  {
    rule: 'no-reveal',
    why: 'only listed files may reveal a Secret',
    imported: ['revealSecret', 'revealSecretBytes'],
    exports: [
      {
        modules: [
          '@postern/kernel',
          'packages/kernel/src/index.ts',
          'packages/kernel/src/secret.ts',
        ],
        names: ['revealSecret', 'revealSecretBytes'],
      },
    ],
    allowed: [
      ...TESTS,
      'packages/kernel/src/index.ts',
      'packages/vault/src/key-form.ts',
      'packages/run/src/masking/secret-forms.ts',
      'packages/run/src/inject/inject-template.ts',
      'packages/run/src/run/command-inputs.ts',
      'packages/importers/src/foreign-keyring.ts',
      'packages/importers/src/foreign-passphrase.ts',
      'packages/vault/src/keyring/stable-key-entry.ts',
      'packages/importers/src/os-foreign-keyring.ts',
      'packages/vault/src/keyring/keyring-entries.ts',
      'packages/vault/src/keyring/os-keyring.ts',
      'packages/vault/src/keyring/probe-keyring.ts',
      'packages/vault/src/passphrase.ts',
      'packages/vault/src/record-wire.ts',
      'packages/vault/src/recovery-code.ts',
      'packages/vault/src/slots/derive-kek.ts',
      'packages/audit/src/chain/audit-keys.ts',
      'packages/audit/src/syslog/connect-syslog.ts',
      'packages/database/src/open-database.ts',
      'packages/database/src/raw-key.ts',
      'packages/upstreams/src/authorize.ts',
      'packages/upstreams/src/connect/proxy.ts',
      'packages/gateway/src/keys/imported-text.ts',
      'packages/gateway/src/keys/key-hash.ts',
      'packages/app/src/api/gateway-key-routes.ts',
      'packages/app/src/api/renewal-route.ts',
      'packages/app/src/api/restore-routes.ts',
      'packages/app/src/api/state-routes.ts',
      'packages/app/src/server/metrics-token.ts',
      'packages/app/src/server/remembered-browsers.ts',
      'apps/cli/src/commands/start-self.ts',
      'apps/cli/src/commands/serve-with-workers.ts',
      'apps/cli/src/commands/workers.ts',
      'apps/cli/src/commands/front-end.ts',
      'apps/cli/src/commands/inject.ts',
      'apps/cli/src/commands/key.ts',
      'apps/cli/src/commands/key-import.ts',
      'apps/cli/src/commands/litellm-keys.ts',
      'apps/cli/src/commands/rekey.ts',
      'apps/cli/src/commands/require-both.ts',
      'apps/cli/src/commands/secret.ts',
      'apps/cli/src/commands/vault-slots.ts',
      'packages/app/src/instance/agent-api.ts',
      'packages/app/src/instance/agent-protocol.ts',
    ],
  },
  {
    rule: 'no-environment',
    why: 'only the composition root reads the environment and the command line',
    members: [
      'process.env',
      'process.argv',
      'process.argv0',
      'process.execArgv',
      'process.loadEnvFile',
    ],
    exports: [
      { modules: ['node:process'], names: ['env', 'argv', 'argv0', 'execArgv', 'loadEnvFile'] },
      { modules: ['node:os'], names: ['homedir', 'tmpdir', 'userInfo'] },
      { modules: ['node:util'], names: ['parseArgs'] },
    ],
    allowed: [
      ...TESTS,
      ...CONFIGURATION,
      'apps/cli/src/config/**',
      'apps/cli/src/run-postern.ts',
      'apps/cli/bin/**',
    ],
  },
  {
    rule: 'no-network',
    why: 'only upstreams and audit log forwarding open connections; only the app and the gateway listen',
    modules: [
      '@hono/node-server',
      'undici',
      'node:net',
      'node:http',
      'node:https',
      'node:http2',
      'node:tls',
      'node:dgram',
      'node:dns',
      'node:inspector',
      'node:quic',
    ],
    globals: [
      'fetch',
      'WebSocket',
      'WebSocketStream',
      'WebTransport',
      'EventSource',
      'XMLHttpRequest',
      'RTCPeerConnection',
    ],
    members: ['navigator.sendBeacon'],
    allowed: [
      ...TESTS,
      'packages/upstreams/src/**',
      // The only other data that leaves the machine, and only if a receiver is configured.
      'packages/audit/src/syslog/connect-syslog.ts',
      // Connects to the session bus through its socket.
      'packages/vault/src/keyring/secret-service-alive.ts',
      'packages/gateway/src/http/**',
      'packages/app/src/server/**',
      'packages/app/src/instance/**',
      'apps/web/src/api/**',
    ],
  },
  {
    rule: 'no-crypto',
    why: 'cryptography stays in reviewed files',
    modules: ['node:crypto', 'jose', '@node-rs/argon2', '@node-rs/bcrypt'],
    globals: ['crypto'],
    allowed: [
      ...TESTS,
      'packages/vault/src/**',
      'packages/importers/src/claude-code-api.ts',
      'packages/importers/src/fernet.ts',
      'packages/importers/src/keyring-file.ts',
      'packages/audit/src/**',
      'packages/database/src/page-authenticator.ts',
      'packages/database/src/open-database.ts',
      'packages/gateway/src/keys/**',
      'packages/gateway/src/idempotency/request-fingerprint.ts',
      'apps/cli/bin/fresh-build.js',
      'packages/app/src/system/**',
      'packages/app/src/server/session*.ts',
      // The hash of a script, for a content security policy.
      'packages/app/src/server/diagram-frame.ts',
      'apps/web/src/api/page-key.ts',
      // Signs with a key that never leaves the browser.
      'apps/web/src/session/remembered-browser.ts',
      'packages/app/src/server/metrics-token.ts',
      'packages/app/src/server/tls-identity.ts',
      'packages/app/src/server/development/**',
      'packages/upstreams/src/connect/pins.ts',
      'packages/app/src/instance/control-proof.ts',
    ],
  },
  {
    rule: 'no-json-parse',
    why: "untrusted text goes through the kernel's parseJson, which limits its size and rejects prototype keys",
    members: ['JSON.parse'],
    allowed: [...TESTS, ...CONFIGURATION, 'packages/kernel/src/json.ts'],
  },
  {
    rule: 'no-console',
    why: "output goes through the command line's terminal",
    modules: ['node:console'],
    globals: ['console'],
    members: ['process.stdout', 'process.stderr'],
    exports: [{ modules: ['node:process'], names: ['stdout', 'stderr'] }],
    allowed: [...TESTS, 'apps/cli/src/terminal/**', 'apps/cli/bin/**'],
  },
  {
    rule: 'no-clock',
    why: "pass the time as an argument: the kernel's Clock port",
    modules: ['node:perf_hooks'],
    globals: ['performance'],
    members: ['Date.now', 'process.hrtime', 'process.uptime', 'Temporal.Now'],
    exports: [{ modules: ['node:process'], names: ['hrtime', 'uptime'] }],
    withoutArgument: ['Date'],
    allowed: [...TESTS, 'packages/app/src/system/**', 'apps/web/src/**'],
  },
  {
    rule: 'no-randomness',
    why: "pass randomness as an argument: the kernel's Randomness port",
    members: ['Math.random', 'crypto.getRandomValues', 'crypto.randomUUID'],
    exports: [
      {
        modules: ['node:crypto'],
        names: [
          'getRandomValues',
          'randomBytes',
          'randomFill',
          'randomFillSync',
          'randomInt',
          'randomUUID',
          'webcrypto',
        ],
      },
    ],
    allowed: [...TESTS, 'packages/app/src/system/**', 'apps/web/src/api/page-key.ts'],
  },
  {
    rule: 'no-program',
    why: 'only listed files start other programs',
    modules: ['node:child_process', 'node:cluster', 'node:worker_threads'],
    globals: ['Worker', 'SharedWorker'],
    allowed: [
      ...TESTS,
      'packages/importers/src/os-foreign-keyring.ts',
      'packages/disk/src/write-private-file.ts',
      'packages/run/src/run/run-io-of.ts',
      'packages/run/src/run/start-command.ts',
      'packages/run/src/scan/git-history.ts',
      'apps/cli/bin/**',
      'apps/cli/src/commands/start-self.ts',
      'apps/cli/src/commands/service-manager.ts',
      'apps/cli/src/commands/serve-as-worker.ts',
      'apps/cli/src/commands/workers.ts',
      'apps/cli/src/commands/open-in-browser.ts',
      'packages/app/src/system/machine-id.ts',
    ],
  },
  {
    rule: 'no-shell',
    why: 'programs are started with an argument list, never through a shell',
    exports: [{ modules: ['node:child_process'], names: ['exec', 'execSync'] }],
    options: ['shell'],
    allowed: TESTS,
  },
  {
    rule: 'no-hidden-import',
    why: 'the other rules need imports that are visible in the source',
    hiddenImports: true,
    modules: ['node:module', 'node:vm'],
    globals: ['eval', 'Function', 'require', 'module', 'importScripts'],
    members: [
      'process.binding',
      'process.dlopen',
      'process.getBuiltinModule',
      'process.mainModule',
    ],
    exports: [
      {
        modules: ['node:process'],
        names: ['binding', 'dlopen', 'getBuiltinModule', 'mainModule'],
      },
    ],
    // The start of the build, which makes Node cache the compiled code, and the launcher.
    allowed: [...TESTS, 'apps/cli/build/**', 'apps/cli/bin/postern.js'],
  },
  {
    rule: 'no-global-object',
    why: 'the other rules find a global by its name',
    globalObject: true,
    allowed: [...TESTS, 'packages/kernel/src/utf8.ts'],
  },
];
