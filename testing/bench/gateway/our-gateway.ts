// Postern's gateway as a separate process: node our-gateway.ts CHAT_BASE_URL MESSAGES_BASE_URL.
// Prints one line, `PORT KEY`. Everything is on: keys from the encrypted store, recorded usage,
// every check.
import { startGateway } from '@postern/gateway/testing';

const [chat = '', messages = ''] = process.argv.slice(2);
const running = await startGateway({
  baseUrls: { 'openai-chat': chat, 'anthropic-messages': messages },
  keepsEntries: false,
  limits: { maxConcurrent: 1024, maxQueued: 1024 },
});
process.stdout.write(`${running.port} ${running.key}\n`);
process.once('SIGTERM', () => void running.close());
