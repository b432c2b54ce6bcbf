import * as v from 'valibot';

/** The configuration file, `config.json`. An unknown key stops the start. */
export const ConfigSchema = v.strictObject({
  /** Format version of the file. */
  version: v.optional(v.literal(1), 1),
  /** Where secrets live. `auto`: the keyring if it really works, else the encrypted file. */
  storage: v.optional(v.picklist(['auto', 'keyring', 'file']), 'auto'),
  /** The loopback port of the app, the page and the gateway. */
  port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535)), 7420),
  appearance: v.optional(
    v.strictObject({ theme: v.optional(v.picklist(['system', 'light', 'dark']), 'system') }),
    {},
  ),
  /** Named endpoints beside the built-in providers; a built-in id overrides its address or models. */
  providers: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)),
      v.strictObject({
        label: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(80))),
        dialect: v.exactOptional(v.picklist(['anthropic-messages', 'openai-chat'])),
        baseUrl: v.exactOptional(v.pipe(v.string(), v.url(), v.maxLength(2000))),
        auth: v.exactOptional(v.picklist(['bearer', 'x-api-key', 'none'])),
        models: v.exactOptional(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(200)))),
      }),
    ),
    {},
  ),
  /** Hosts beyond loopback that may be spoken to over plain HTTP, such as a model server at home. */
  localHosts: v.optional(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(253))), []),
  proxy: v.exactOptional(
    v.strictObject({
      /** `http://host:port` or `https://host:port`, without user name and password. */
      url: v.pipe(v.string(), v.url()),
      username: v.exactOptional(v.string()),
      /** The vault's entry holding the proxy password. */
      passwordSecret: v.exactOptional(v.string()),
      /** Hosts reached directly; a leading dot matches subdomains. */
      noProxy: v.optional(v.array(v.string()), []),
    }),
  ),
  gateway: v.optional(
    v.strictObject({
      /** Largest request body in bytes. */
      maxBodyBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1024)), 33_554_432),
      /** Requests served at once; more wait in a queue, then 429. */
      maxConcurrent: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 256),
      /** The provider for a model without a `provider/` prefix, per dialect. */
      defaultProvider: v.optional(
        v.strictObject({
          'anthropic-messages': v.optional(v.string(), 'anthropic'),
          'openai-chat': v.optional(v.string(), 'openai'),
        }),
        {},
      ),
    }),
    {},
  ),
});

/** The configuration with every default filled in. */
export type Config = v.InferOutput<typeof ConfigSchema>;
/** The configuration as a person writes it. */
export type ConfigInput = v.InferInput<typeof ConfigSchema>;
