import { DIALECT_IDS, DIALECT_INFO } from './dialect-ids.ts';

/**
 * What each setting and each group of settings does, by its dotted name, for `postern config` and its
 * documentation. A test checks that none is missing.
 */
export const CONFIG_DESCRIPTIONS: Readonly<Record<string, string>> = {
  version: 'Format version of the file.',
  storage: 'Where to store secrets. "auto": the keyring if it works, otherwise the encrypted file.',
  port: 'The loopback port of the app, the page and the gateway.',
  vault: 'When the vault locks.',
  'vault.lockAfterIdle':
    'Lock the vault if it was not used for this long: "15m", "8h", "never". "auto": after an hour if a person unlocked it.',
  'vault.lockOnSuspend':
    'Lock the vault when the machine was suspended. "auto": if a person unlocked it.',
  'vault.deleteKeysOnExit': "Remove the providers' keys from the vault when Postern ends cleanly.",
  privacy: 'What is kept, and who gets messages.',
  'privacy.clearHistoryOnExit':
    'Delete every chat permanently when Postern ends, or at the next unlock if it could not.',
  'privacy.localModelsOnly':
    'Send requests only to providers on this machine and at hosts in "localHosts".',
  'privacy.titlesByModel':
    'After the first answer of a chat, send the question and the answer to its model once more, for a title.',
  log: 'What the running process logs to standard error. Nothing of it is stored.',
  'log.level': 'From data loss to details: "error", "warn", "info" or "debug".',
  'log.format': '"text", or "json" for an object a line.',
  audit: 'The audit log.',
  'audit.forward': 'Where the audit log is sent while Postern runs.',
  'audit.forward.to': 'The receiver: "tls://host:6514". "tcp://" only for loopback and localHosts.',
  'audit.forward.format': '"syslog", "jsonl", "cef" or "ocsf".',
  'audit.forward.ca': "A PEM file with the authority of the receiver's certificate.",
  'audit.forward.clientCertificate': 'A PEM file with the certificate to show to the receiver.',
  'audit.forward.clientKey': 'A PEM file with its private key, readable only by you.',
  appearance: 'How the page looks.',
  'appearance.theme': '"system", "light" or "dark".',
  'appearance.contrast': '"system", "normal" or "high".',
  'appearance.textSize': '"small", "medium", "large" or "largest".',
  'appearance.columnWidth': 'The width of messages: "narrow", "wide" or "full".',
  'appearance.diagrams': 'Whether Mermaid code is shown as a diagram: "drawn" or "code".',
  providers:
    'Endpoints beside the built-in providers, by name. The name of a built-in one overrides its address or models. "keys": further secrets with keys for it.',
  localHosts: 'Hosts beyond loopback that may have private addresses and plain HTTP.',
  proxy: 'The proxy for requests to providers.',
  'proxy.url': '"http://host:port" or "https://host:port", without user name and password.',
  'proxy.username': 'The user name for the proxy.',
  'proxy.passwordSecret': "The name of the vault's secret with the password for the proxy.",
  'proxy.noProxy': 'Hosts that are reached directly. A leading dot matches subdomains.',
  gateway: 'The gateway for programs.',
  'gateway.maxBodyBytes': 'The largest request body, in bytes.',
  'gateway.maxConcurrent': 'How many requests are served at once, of all keys. More wait.',
  'gateway.maxQueued': 'How many requests wait, of all keys. One more gets 429.',
  'gateway.queueTimeout': 'How long a request waits before it gets 429: "10s".',
  'gateway.metrics': 'GET /metrics of postern serve.',
  'gateway.metrics.tokenSecret':
    "The name of the vault's secret with the token that a request needs. Without it, only this machine gets a response.",
  'gateway.headTimeout': 'The longest wait for a provider to begin its response: "5m".',
  'gateway.streamHeadAfter':
    'A stream whose provider sent nothing for this long begins with pings: "30s". Later errors are events.',
  'gateway.pingAfter': 'Sends a ping into a stream that is silent for this long: "15s".',
  'gateway.drainTimeout':
    'How long postern serve waits for running requests before it stops: "25s".',
  'gateway.perAddress':
    'Requests from one client address, of other machines. An IPv6 address counts as its /64.',
  'gateway.perAddress.requestsPerMinute': 'Counted before the key is checked. More get 429.',
  'gateway.perAddress.failuresPerMinute':
    'Requests with an invalid key. After that, every request gets 429 for a while.',
  'gateway.perAddress.connections':
    'Connections of postern serve at the same time. More are closed. Those of trusted proxies do not count.',
  'gateway.perAddress.countsLoopback':
    'Whether requests and connections from this machine count, too.',
  'gateway.limits': 'Limits of all keys together. Without one: no limit.',
  'gateway.limits.requestsPerMinute': 'Requests of all keys. More get 429.',
  'gateway.limits.tokensPerMinute': 'Tokens of prompts and answers of all keys. More get 429.',
  'gateway.limits.concurrent':
    'Requests of all keys at the same time, in all processes. More get 429 without a wait.',
  'gateway.timeZone':
    'Where days, weeks and months of budgets begin: "Europe/Berlin". Without it: the time zone of the system.',
  'gateway.prices': 'A file with prices of models, which replace or extend the built-in ones.',
  'gateway.defaultProvider': 'The provider of a model without a "provider/" prefix, per dialect.',
  ...Object.fromEntries(
    DIALECT_IDS.map((id) => [
      `gateway.defaultProvider.${id}`,
      `For requests in the dialect ${DIALECT_INFO[id].label}.`,
    ]),
  ),
  'gateway.models':
    'Names of your own for models: { "fast": { "targets": [{ "model": "provider/model" }] } }.',
  'gateway.retries': 'What happens when a provider fails before the first byte of its response.',
  'gateway.retries.attempts': 'Attempts for one request, over all targets. 1: no retry.',
  'gateway.retries.baseDelay':
    'The longest wait before the first retry at the same target: "250ms". It doubles each time.',
  'gateway.retries.maxDelay':
    'The upper limit of that wait: "10s". If a provider asks for a longer one, there is no retry there.',
  'gateway.breaker': 'The circuit breaker: when a model of a provider is not called for some time.',
  'gateway.breaker.failures': 'How many consecutive failures open it.',
  'gateway.breaker.openFor': 'How long the model is not called then: "30s".',
  'gateway.listen': 'Where postern serve listens, and which clients may connect.',
  'gateway.listen.host': 'The IP address. "localhost": both loopback addresses.',
  'gateway.listen.port': 'The port. Default: the setting port.',
  'gateway.listen.tls': 'TLS. Required beyond loopback, unless a proxy terminates it.',
  'gateway.listen.tls.certificate':
    'A PEM file with the certificate and its chain. It is read again when it changes.',
  'gateway.listen.tls.key': 'A PEM file with its private key, readable only by you.',
  'gateway.listen.tls.development':
    "true instead of certificate and key: a certificate of Postern's own authority on this machine.",
  'gateway.listen.tls.clientCa': "A PEM file with the authority of the clients' certificates.",
  'gateway.listen.tls.clientCertificates':
    '"required", or "optional": a client may show no certificate, but not an invalid one.',
  'gateway.listen.redirectFrom': 'A port without TLS that redirects to the one with TLS.',
  'gateway.listen.publicHost': 'The names that clients use for this gateway.',
  'gateway.listen.trustedProxies': 'Addresses of proxies in front: "10.0.0.0/8", "::1".',
  'gateway.listen.forwardedHeader':
    'The header with the client\'s address: "x-forwarded-for" or "forwarded".',
};
